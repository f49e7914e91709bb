import { describe, expect, it } from '@jest/globals'
import { enrollSeat, isConserved, itemId, LmsId, OrderId } from '@seatkeeper/core'
import { aLine, anOffer, anOrder, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'
import { apply, settleSeat, theSeat } from './seats.fixture.ts'

const at = useLedger()

const { backoff } = enrollSeat

describe('the agenda', () => {
  it('settles only the generation that is current and open, and gives the lease back with it', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const id = `seat-${(await theSeat(ledger)).id}`
    await apply(ledger, anOffer(anOrder({ lines: [] })))
    const lease = await ledger.lease(id, 5000)
    expect(await ledger.settle(id, 1, { status: 'applied' }, lease!)).toBe(false)
    expect(await ledger.lease(id, 5000)).toBeUndefined()
    expect(await ledger.settle(id, 2, { status: 'applied' }, lease!)).toBe(true)
    expect(await ledger.lease(id, 5000)).toBeDefined()
    expect(await ledger.itemStatus(id)).toEqual({ generation: 2, status: 'settled' })
  })

  it('opens an item again for whoever lost the lease and comes after somebody else settled it', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const id = itemId({ kind: 'seat', lms: LmsId.parse('campus'), seat: (await theSeat(ledger)).id })
    const frozen = await ledger.lease(id, 5000)
    await frozen?.release()
    await apply(ledger, anOffer(anOrder({ lines: [aLine({ refunded: 1 })] })))
    await settleSeat(ledger, id, 2)
    expect(await ledger.settle(id, 1, { status: 'applied' }, frozen!)).toBe(false)
    expect(await ledger.itemStatus(id)).toEqual({ generation: 3, status: 'due' })
    expect(await settleSeat(ledger, id, 3)).toBe(true)
    expect(await ledger.giveBack(frozen!, id, 1)).toBe(true)
    expect(await ledger.itemStatus(id)).toEqual({ generation: 4, status: 'due' })
  })

  it('backs off with growing, jittered delays and dies once they add up to the limit', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const id = `seat-${(await theSeat(ledger)).id}`
    const filing = {
      id,
      generation: 1,
      code: 'LMS_ERROR' as const,
      permanent: false,
      backoff: { firstMs: 100, maxMs: 400, giveUpAfterMs: 1000 },
    }
    expect(await ledger.fileFailure({ ...filing, random: 1 })).toEqual({ next: 'retry', delayMs: 100 })
    expect(await ledger.fileFailure({ ...filing, random: 0.5 })).toEqual({ next: 'retry', delayMs: 100 })
    expect(await ledger.fileFailure({ ...filing, random: 1 })).toEqual({ next: 'retry', delayMs: 400 })
    expect(await ledger.fileFailure({ ...filing, random: 1 })).toEqual({ next: 'retry', delayMs: 400 })
    expect(await ledger.fileFailure({ ...filing, random: 1 })).toEqual({ next: 'dead' })
    expect(await ledger.dead()).toMatchObject([{ failure: { code: 'LMS_ERROR' }, attempts: { length: 5 } }])
    expect(await ledger.fileFailure({ ...filing, random: 1 })).toEqual({ next: 'superseded' })
  })

  it('gives the sweep what is due, marks it as looked at, and leaves what is put off', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const id = `seat-${(await theSeat(ledger)).id}`
    expect(await ledger.sweep('enroll.campus', 10)).toEqual([])
    await ledger.postpone(id, 1, 0)
    expect(await ledger.sweep('enroll.campus', 10)).toMatchObject([{ generation: 1, item: { kind: 'seat' } }])
    expect(await ledger.sweep('enroll.campus', 10)).toEqual([])
  })

  it('gives the sweep an item whose holder died once its lease has run out', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const id = `seat-${(await theSeat(ledger)).id}`
    await ledger.lease(id, 1)
    await ledger.lookAfterLease(id)
    const found = await eventually(() => ledger.sweep('enroll.campus', 10))
    expect(found).toMatchObject([{ generation: 1 }])
  })

  it('gives the sweep a waiting item when its time has come', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const id = `seat-${(await theSeat(ledger)).id}`
    const lease = await ledger.lease(id, 5000)
    await ledger.settle(id, 1, { status: 'waiting', reason: 'no-account', untilMs: (await ledger.nowMs()) - 1 }, lease!)
    expect(await ledger.readItem(id)).toMatchObject({ status: 'waiting', waitReason: 'no-account' })
    expect(await ledger.sweep('enroll.campus', 10)).toMatchObject([{ generation: 1 }])
    expect(await ledger.conservation()).toEqual({ registered: 2, settled: 1, due: 0, waiting: 1, dead: 0 })
  })

  it('counts every registered item exactly once, whatever happens to it', async () => {
    const { ledger } = at
    const orders = Array.from({ length: 12 }, (_, index) =>
      anOrder({ order: OrderId.parse(String(2000 + index)), learner: emailOf(`learner${index % 7}@example.org`) }),
    )
    for (const order of orders) await ledger.applySnapshot(anOffer(order))
    for (const order of orders.slice(0, 4)) {
      const seat = await theSeat(ledger, order)
      await settleSeat(ledger, `seat-${seat.id}`, seat.generation)
    }
    const dying = await theSeat(ledger, orders[5])
    await ledger.fileFailure({
      id: `seat-${dying.id}`,
      generation: dying.generation,
      code: 'LMS_COURSE_UNKNOWN',
      permanent: true,
      backoff,
      random: 0,
    })
    for (const order of orders.slice(3, 8)) await ledger.noteHint(order, 'action')
    const counted = await ledger.conservation()
    expect(isConserved(counted)).toBe(true)
    expect(counted).toMatchObject({ registered: 19, dead: 1 })
  })
})

describe('recheckLater', () => {
  it('outlives a change that has the item settled before the time has come', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const seat = await theSeat(ledger)
    const id = itemId({ kind: 'seat', lms: seat.lms, seat: seat.id })
    await ledger.recheckLater(id, 60_000)
    await settleSeat(ledger, id, 1)
    expect(await ledger.itemStatus(id)).toEqual({ generation: 2, status: 'due' })
    await apply(ledger, anOffer(anOrder({ access: 'withdrawn', status: 'cancelled' })))
    await settleSeat(ledger, id, 3)
    expect(await ledger.itemStatus(id)).toEqual({ generation: 4, status: 'due' })
  })
})

/** The first answer that is not empty, within a second. */
async function eventually<Element>(ask: () => Promise<readonly Element[]>): Promise<readonly Element[]> {
  const deadline = performance.now() + 1000
  let answer = await ask()
  while (answer.length === 0 && performance.now() < deadline) answer = await ask()
  return answer
}
