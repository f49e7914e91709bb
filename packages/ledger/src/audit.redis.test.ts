import { describe, expect, it } from '@jest/globals'
import { CourseMode, LmsId, noEnrolment, OrderId, Username, type Drift, type SeatId } from '@seatkeeper/core'
import { anOffer, anOrder, catalogue, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'
import type { RedisLedger } from './index.ts'

const campus = LmsId.parse('campus')
const verified = { isActive: true, mode: catalogue.mode }

const at = useLedger()

/** A ledger with a settled, verified seat for each of some learners. */
async function withSeats(learners: readonly string[]) {
  const { ledger } = at
  const seats: SeatId[] = []
  for (const [index, learner] of learners.entries()) {
    const order = anOrder({ order: OrderId.parse(String(1001 + index)), learner: emailOf(`${learner}@example.org`) })
    await ledger.applySnapshot(anOffer(order))
    const [seat] = (await ledger.orderView(order))?.seats ?? []
    if (seat !== undefined) seats.push(await settle(ledger, seat, index))
  }
  return { ledger, seats }
}

async function settle(ledger: RedisLedger, seat: SeatId, account: number): Promise<SeatId> {
  await ledger.bindAccount(seat, { id: account, username: Username.parse(`user${account}`) })
  await ledger.recordApplied(seat, verified)
  const lease = await ledger.lease(`seat-${seat}`, 5000)
  if (lease !== undefined) await ledger.settle(`seat-${seat}`, 1, { status: 'applied' }, lease)
  return seat
}

const driftOf = (seat: SeatId, generation = 1): Drift => ({ seat, generation, applied: verified, found: noEnrolment })

describe('appliedSeats', () => {
  it('gives every seat to which something was applied, page by page', async () => {
    const { ledger, seats } = await withSeats(Array.from({ length: 150 }, (_, index) => `learner${index}`))
    const found = new Set<SeatId>()
    let cursor: string | null = null
    do {
      const page = await ledger.appliedSeats(campus, cursor, 20)
      for (const { id } of page.seats) found.add(id)
      cursor = page.next
    } while (cursor !== null)
    expect(found).toEqual(new Set(seats))
  })
})

describe('noteDrift', () => {
  it('keeps a finding unless the seat has moved since', async () => {
    const { ledger, seats } = await withSeats(['ada', 'grace'])
    const [ada, grace] = seats as [SeatId, SeatId]
    expect(await ledger.noteDrift([driftOf(ada), driftOf(grace, 7)])).toEqual([ada])
    expect(await ledger.timeline(`seat-${ada}`)).toContainEqual(
      expect.objectContaining({ what: 'drift', detail: 'applied verified, found inactive' }),
    )
  })
})

describe('noteDrift, round after round', () => {
  it('says the same once, and what differs from it anew', async () => {
    const { ledger, seats } = await withSeats(['ada'])
    const [ada] = seats as [SeatId]
    const honor = { ...driftOf(ada), found: { isActive: true, mode: CourseMode.parse('honor') } }
    for (const drift of [driftOf(ada), driftOf(ada), honor, honor])
      expect(await ledger.noteDrift([drift])).toEqual([ada])
    const said = (await ledger.timeline(`seat-${ada}`)).filter(({ what }) => what === 'drift')
    expect(said.map(({ detail }) => detail)).toEqual([
      'applied verified, found inactive',
      'applied verified, found honor',
    ])
  })
})

describe('bumpSeats', () => {
  it('wakes settled seats and leaves those with work under way', async () => {
    const { ledger, seats } = await withSeats(['ada'])
    expect(await ledger.bumpSeats(seats, 'drift')).toMatchObject([{ lane: 'enroll.campus', generation: 2 }])
    expect(await ledger.bumpSeats(seats, 'drift')).toEqual([])
  })
})
