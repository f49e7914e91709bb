import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  CourseMode,
  LmsId,
  type Enrolment,
  type FailureCode,
  type OrderSnapshot,
  type Outcome,
  type Seat,
} from '@seatkeeper/core'
import { aLine, anOffer, anOrder, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { settleSeat, type SeatPolicy } from './index.ts'
import { createMemoryLms, type MemoryLms } from './lms.fixture.ts'

const campus = LmsId.parse('campus')
const ada = emailOf('ada@example.org')
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }
const audit: Enrolment = { isActive: true, mode: CourseMode.parse('audit') }
const downgrade = { lastClaimGone: { downgradeTo: CourseMode.parse('audit') } }
const minute = 60_000
const day = 24 * 60 * minute

const at = useLedger()
let lms: MemoryLms

beforeEach(() => {
  lms = createMemoryLms()
  lms.register(ada)
})

async function offer(order: Partial<OrderSnapshot> = {}) {
  const snapshot = anOrder(order)
  await at.ledger.applyReading(await at.ledger.numberRead(snapshot), anOffer(snapshot))
}
const paid = () => offer()
const refunded = () => offer({ lines: [aLine({ refunded: 1 })] })

async function theSeat(): Promise<Seat> {
  const [id] = (await at.ledger.orderView(anOrder()))?.seats ?? []
  const seat = id === undefined ? undefined : await at.ledger.readSeat(id)
  if (seat === undefined) throw new Error('there is no seat')
  return seat
}

/** What becomes of the seat; one that meets an older seat of the account makes way for it. */
async function settle(changes: Partial<SeatPolicy> = {}): Promise<Outcome> {
  const { id } = await theSeat()
  const policy: SeatPolicy = { closedCourse: 'refuse', lastClaimGone: 'deactivate', ...changes }
  const patience = { firstLookMs: 1000, maxLookMs: 10_000, patienceMs: minute }
  const run = settleSeat({ ledger: at.ledger, lms, patience, policy, wake: () => Promise.resolve() })
  const outcome = await run({ v: 1, lms: campus, seat: id, generation: 1 }, { signal: AbortSignal.timeout(5000) })
  return (await theSeat()).id === id ? outcome : settle(changes)
}

describe('carryOut where a course run takes nobody', () => {
  it('waits until it opens, a minute longer in case the LMS’s clock is behind', async () => {
    const opensAtMs = (await at.ledger.nowMs()) + day / 2
    lms.close(opensAtMs)
    await paid()
    const untilMs = opensAtMs + minute
    expect(await settle({ closedCourse: 'force' })).toEqual({
      status: 'waiting',
      reason: 'enrolment-opens-later',
      untilMs,
    })
    expect(lms.writes).toEqual([])
    expect(await at.ledger.conservation()).toMatchObject({ waiting: 1, due: 0 })
  })

  it('asks again within a day, because an opening may be moved', async () => {
    const nowMs = await at.ledger.nowMs()
    lms.close(nowMs + 90 * day)
    await paid()
    const outcome = await settle()
    expect(outcome).toMatchObject({ status: 'waiting', untilMs: expect.closeTo(nowMs + day, -4) })
  })

  it.each([
    ['opened long ago', 1],
    ['names no opening', null],
  ])('leaves a course run that %s to a person', async (_what, opensAtMs) => {
    lms.close(opensAtMs)
    await paid()
    await expect(settle()).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
  })

  it('enrols all the same where the policy says so', async () => {
    lms.close(null)
    await paid()
    expect(await settle({ closedCourse: 'force' })).toEqual({ status: 'applied' })
    expect(lms.writes).toMatchObject([{ isForced: true, mode: 'verified' }])
    expect(await theSeat()).toMatchObject({ applied: verified })
  })

  it('forces nothing that is not refused', async () => {
    await paid()
    await settle({ closedCourse: 'force' })
    expect(lms.writes.map(({ isForced }) => isForced)).toEqual([undefined])
  })

  it('forces once, and then leaves it to a person', async () => {
    lms.fill()
    await paid()
    await expect(settle({ closedCourse: 'force' })).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
    expect(lms.refused).toMatchObject([{ mode: 'verified' }, { mode: 'verified', isForced: true }])
  })

  it.each<[FailureCode, FailureCode]>([
    ['LMS_THROTTLED', 'LMS_THROTTLED'],
    ['LMS_UNREACHABLE', 'LMS_UNREACHABLE'],
    ['LMS_ANSWER_MISMATCH', 'LMS_ENROLMENT_REFUSED'],
    ['LMS_ENDPOINT_MISSING', 'LMS_ENROLMENT_REFUSED'],
  ])('where asking for the opening fails with %s, fails with %s', async (asking, code) => {
    lms.close(null)
    lms.failOpenings(asking)
    await paid()
    await expect(settle()).rejects.toMatchObject({ code })
  })
})

describe('carryOut of a downgrade', () => {
  it('leaves a refunded learner the lesser mode, once, and gives the paid one back when it is paid again', async () => {
    await paid()
    await settle(downgrade)
    await refunded()
    expect(await settle(downgrade)).toEqual({ status: 'applied' })
    expect(lms.row(ada)).toEqual(audit)
    expect(await theSeat()).toMatchObject({ applied: audit })
    await paid()
    await settle(downgrade)
    expect(lms.row(ada)).toEqual(verified)
  })

  it('ends an enrolment in a course run that has no such mode', async () => {
    lms.dropMode(CourseMode.parse('audit'))
    await paid()
    await settle(downgrade)
    await refunded()
    expect(await settle(downgrade)).toEqual({ status: 'applied' })
    expect(lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
    expect(await theSeat()).toMatchObject({ applied: { isActive: false, mode: 'verified' } })
  })

  it('does not end a mode that the learner had before, and that the course run does not offer any more', async () => {
    lms.setRow(ada, audit)
    await paid()
    await settle(downgrade)
    lms.dropMode(CourseMode.parse('audit'))
    await refunded()
    await expect(settle(downgrade)).rejects.toMatchObject({ code: 'LMS_MODE_UNAVAILABLE' })
    expect(lms.row(ada)).toEqual(verified)
  })
})

describe('settleSeat for an account that is known', () => {
  beforeEach(async () => {
    await paid()
    await settle()
    await refunded()
    await settle()
  })

  it('finds it by its new name', async () => {
    lms.rename(ada, 'countess')
    await paid()
    expect(await settle()).toEqual({ status: 'applied' })
    expect(lms.row(ada)).toEqual(verified)
    expect(await theSeat()).toMatchObject({ account: { id: 1, username: 'countess' }, applied: verified })
  })

  it('leaves it to a person where the address leads to no other', async () => {
    await paid()
    lms.failNextWrite('LEARNER_NOT_REGISTERED', 'before')
    await expect(settle()).rejects.toMatchObject({ code: 'LEARNER_NOT_REGISTERED' })
  })
})
