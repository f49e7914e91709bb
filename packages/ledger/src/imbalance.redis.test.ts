import { describe, expect, it } from '@jest/globals'
import {
  CourseKey,
  CourseMode,
  LmsId,
  noEnrolment,
  OrderId,
  Username,
  type Enrolment,
  type Outcome,
  type SeatId,
} from '@seatkeeper/core'
import { anOffer, anOrder, catalogue, courseSku, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'
import type { ImbalancedSeat, RedisLedger } from './index.ts'

const campus = LmsId.parse('campus')
const verified = { isActive: true, mode: catalogue.mode }
const ended = { isActive: false, mode: catalogue.mode }
const honor = { isActive: true, mode: CourseMode.parse('honor') }
const order = anOrder()
const refund = anOrder({ status: 'refunded', access: 'withdrawn', modifiedAtMs: order.modifiedAtMs + 1000 })

const at = useLedger()

async function sold(ledger: RedisLedger, snapshot = order): Promise<SeatId> {
  await ledger.applySnapshot(anOffer(snapshot))
  const [seat] = (await ledger.orderView(snapshot))?.seats ?? []
  if (seat === undefined) throw new Error('the order made no seat')
  return seat
}

/** Ends a seat's turn as a worker does. */
async function rest(ledger: RedisLedger, seat: SeatId, outcome: Outcome = { status: 'applied' }): Promise<void> {
  const generation = (await ledger.readSeat(seat))?.generation ?? 0
  const lease = await ledger.lease(`seat-${seat}`, 5000)
  if (lease === undefined || !(await ledger.settle(`seat-${seat}`, generation, outcome, lease)))
    throw new Error('the seat did not come to rest')
}

async function enrolled(ledger: RedisLedger, { before = noEnrolment }: { before?: Enrolment } = {}): Promise<SeatId> {
  const seat = await sold(ledger)
  await ledger.recordBaseline(seat, before)
  await ledger.recordApplied(seat, verified)
  await rest(ledger, seat)
  return seat
}

async function die(ledger: RedisLedger, seat: SeatId): Promise<void> {
  const generation = (await ledger.readSeat(seat))?.generation ?? 0
  const backoff = { firstMs: 1, maxMs: 1, giveUpAfterMs: 1 }
  const filing = {
    id: `seat-${seat}`,
    generation,
    code: 'LMS_COURSE_UNKNOWN',
    permanent: true,
    backoff,
    random: 0,
  } as const
  expect(await ledger.fileFailure(filing)).toEqual({ next: 'dead' })
}

async function imbalances(ledger: RedisLedger, kept = new Map<LmsId, CourseMode>(), limit = 1000) {
  const found = new Map<SeatId, ImbalancedSeat>()
  let cursor: string | null = null
  do {
    const page = await ledger.imbalancedSeats({ cursor, limit, kept })
    for (const seat of page.seats) found.set(seat.seat, seat)
    cursor = page.next
  } while (cursor !== null)
  return [...found.values()]
}

describe('imbalancedSeats of what was paid', () => {
  it('counts a seat as due until it is enrolled', async () => {
    const { ledger } = at
    const seat = await sold(ledger)
    expect(await imbalances(ledger)).toEqual([{ seat, lms: campus, kind: 'paid-but-not-enrolled', status: 'due' }])
    await ledger.recordApplied(seat, verified)
    expect(await imbalances(ledger)).toEqual([])
  })

  it('says of a seat whether it waits or died', async () => {
    const { ledger } = at
    const seat = await sold(ledger)
    await rest(ledger, seat, { status: 'waiting', reason: 'no-account', untilMs: Date.now() + 60_000 })
    expect(await imbalances(ledger)).toMatchObject([{ kind: 'paid-but-not-enrolled', status: 'waiting' }])
    await die(ledger, seat)
    expect(await imbalances(ledger)).toMatchObject([{ kind: 'paid-but-not-enrolled', status: 'dead' }])
  })

  it('counts a seat that was ended and bought again', async () => {
    const { ledger } = at
    const seat = await sold(ledger)
    await ledger.recordApplied(seat, ended)
    expect(await imbalances(ledger)).toMatchObject([{ seat, kind: 'paid-but-not-enrolled' }])
  })
})

describe('imbalancedSeats of what was refunded', () => {
  it('counts a seat until it is ended', async () => {
    const { ledger } = at
    const seat = await enrolled(ledger)
    expect(await imbalances(ledger)).toEqual([])
    await sold(ledger, refund)
    expect(await imbalances(ledger)).toEqual([{ seat, lms: campus, kind: 'refunded-but-enrolled', status: 'due' }])
    await die(ledger, seat)
    expect(await imbalances(ledger)).toMatchObject([{ kind: 'refunded-but-enrolled', status: 'dead' }])
    await ledger.recordApplied(seat, ended)
    expect(await imbalances(ledger)).toEqual([])
  })

  it('finds a seat that was settled without being ended', async () => {
    const { ledger } = at
    const seat = await enrolled(ledger)
    await sold(ledger, refund)
    await rest(ledger, seat)
    expect(await imbalances(ledger)).toMatchObject([{ seat, kind: 'refunded-but-enrolled', status: 'settled' }])
  })

  it('leaves the learner what they had before, unless an operator denies the seat', async () => {
    const { ledger } = at
    const seat = await enrolled(ledger, { before: honor })
    await sold(ledger, refund)
    await ledger.recordApplied(seat, honor)
    expect(await imbalances(ledger)).toEqual([])
    await deny(ledger, seat)
    expect(await imbalances(ledger)).toMatchObject([{ seat, kind: 'refunded-but-enrolled', status: 'due' }])
  })

  it('leaves the learner what the operator lets everybody keep, and no more', async () => {
    const { ledger } = at
    const seat = await enrolled(ledger)
    const kept = new Map([[campus, honor.mode]])
    await sold(ledger, refund)
    expect(await imbalances(ledger, kept)).toMatchObject([{ seat, kind: 'refunded-but-enrolled' }])
    await ledger.recordApplied(seat, honor)
    expect(await imbalances(ledger, kept)).toEqual([])
    await deny(ledger, seat)
    expect(await imbalances(ledger, kept)).toMatchObject([{ seat, kind: 'refunded-but-enrolled' }])
  })
})

async function deny(ledger: RedisLedger, seat: SeatId): Promise<void> {
  await ledger.setOperatorClaim({
    seat,
    access: 'denied',
    item: { lms: campus, course: CourseKey.parse(courseSku), mode: catalogue.mode },
    learner: null,
    by: 'alice',
    reason: 'a test',
  })
}

describe('imbalancedSeats of many', () => {
  it('finds every seat, page by page', async () => {
    const { ledger } = at
    const seats = new Set<SeatId>()
    for (let index = 0; index < 700; index += 1) {
      const learner = emailOf(`learner${index}@example.org`)
      seats.add(await sold(ledger, anOrder({ order: OrderId.parse(String(2000 + index)), learner })))
    }
    expect((await ledger.imbalancedSeats({ cursor: null, limit: 50, kept: new Map() })).seats.length).toBeLessThan(200)
    expect(new Set((await imbalances(ledger, undefined, 50)).map(({ seat }) => seat))).toEqual(seats)
  })

  it('counts seats of one account once', async () => {
    const { ledger } = at
    const account = { id: 7, username: Username.parse('ada') }
    const first = await sold(ledger)
    const second = await sold(ledger, anOrder({ order: OrderId.parse('1002'), learner: emailOf('ada@example.com') }))
    await ledger.bindAccount(first, account)
    await ledger.bindAccount(second, account)
    expect(await imbalances(ledger)).toMatchObject([{ seat: first, kind: 'paid-but-not-enrolled' }])
  })
})
