import { describe, expect, it } from '@jest/globals'
import { enrollSeat, itemId, LineId, planSeats, type OrderOffer, type OrderSnapshot } from '@seatkeeper/core'
import { aLine, anOffer, anOrder, catalogue } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'
import { apply, nobody, theSeat } from './seats.fixture.ts'

const at = useLedger()

const verified = { isActive: true, mode: catalogue.mode }
const { backoff } = enrollSeat

describe('applySnapshot', () => {
  it('makes a seat with one claim and wakes the enroll lane', async () => {
    const { ledger } = at
    const { result, wakeUps } = await ledger.applySnapshot(anOffer(anOrder()))
    const seat = await theSeat(ledger)
    expect(result).toBe('applied')
    expect(wakeUps).toEqual([
      { item: { kind: 'seat', lms: 'campus', seat: seat.id }, lane: 'enroll.campus', generation: 1, delayMs: 0 },
    ])
    expect(seat).toMatchObject({
      email: 'ada@example.org',
      claims: [{ access: 'granted', mode: 'verified' }],
      baseline: null,
    })
  })

  it('does nothing the second time', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    expect(await ledger.applySnapshot(anOffer(anOrder()))).toEqual({ result: 'same', wakeUps: [] })
    expect((await theSeat(ledger)).generation).toBe(1)
  })

  it.each([
    ['is older than what is known', { modifiedAtMs: anOrder().modifiedAtMs - 5000 }],
    ['has the same second but another state', { access: 'withdrawn' as const, status: 'cancelled' }],
    ['lacks a known line', { modifiedAtMs: anOrder().modifiedAtMs + 5000, lines: [] }],
    ['lacks a known unit', { modifiedAtMs: anOrder().modifiedAtMs + 5000, lines: [aLine({ quantity: 1 })] }],
    [
      'no longer resolves a known claim',
      { modifiedAtMs: anOrder().modifiedAtMs + 5000, lines: [aLine({ quantity: 2, sku: null })], forget: true },
    ],
  ])(
    'asks for a read when a snapshot %s',
    async (_, { forget, ...change }: Partial<OrderSnapshot> & { forget?: boolean }) => {
      const { ledger } = at
      await ledger.applySnapshot(anOffer(anOrder({ lines: [aLine({ quantity: 2 })] })))
      const snapshot = anOrder({ lines: [aLine({ quantity: 2 })], ...change })
      const known = forget === true ? new Map() : await ledger.knownItems(snapshot)
      const { result, wakeUps } = await ledger.applySnapshot({
        ...anOffer(snapshot),
        plan: planSeats(snapshot, { catalogue, known }),
      })
      expect(result).toBe('read')
      expect(wakeUps).toMatchObject([{ item: { kind: 'order' }, lane: 'orders.shop', generation: 1 }])
      expect((await theSeat(ledger)).claims.every(({ access }) => access === 'granted')).toBe(true)
    },
  )

  it('asks for a read of an order last modified more than a day ago', async () => {
    const { ledger } = at
    const old = anOrder({ modifiedAtMs: Date.now() - 25 * 3_600_000 })
    expect((await ledger.applySnapshot(anOffer(old))).result).toBe('read')
    expect((await ledger.orderView(old))?.seats).toEqual([])
  })

  it('asks for a read while news of a refund waits to be read, so that a late payment enrols nobody', async () => {
    const { ledger } = at
    await ledger.noteHint(anOrder(), 'refund')
    expect((await ledger.applySnapshot(anOffer(anOrder()))).result).toBe('read')
    const refunded = anOrder({ fullyRefunded: true, status: 'refunded' })
    await apply(ledger, anOffer(refunded))
    expect((await ledger.orderView(refunded))?.seats).toEqual([])
    const later = anOrder({ modifiedAtMs: anOrder().modifiedAtMs + 9000 })
    expect((await ledger.applySnapshot(anOffer(later))).result).toBe('applied')
  })

  it('heals what died of an older state, the order’s own item included', async () => {
    const { ledger } = at
    await ledger.noteHint(anOrder(), 'action')
    await apply(ledger, anOffer(anOrder()))
    const seat = await theSeat(ledger)
    const failure = { permanent: true, backoff, random: 0 }
    await ledger.fileFailure({ id: 'order-shop-1001', generation: 1, code: 'ORDER_WITHOUT_LEARNER', ...failure })
    await ledger.fileFailure({ id: `seat-${seat.id}`, generation: 1, code: 'LMS_COURSE_UNKNOWN', ...failure })
    const resent = anOrder({ modifiedAtMs: anOrder().modifiedAtMs + 5000 })
    expect((await ledger.applySnapshot(anOffer(resent))).wakeUps).toMatchObject([
      { lane: 'enroll.campus', generation: 2 },
    ])
    expect(await ledger.conservation()).toEqual({ registered: 2, settled: 1, due: 1, waiting: 0, dead: 0 })
  })

  it('has a dead order read that was modified since, however long ago', async () => {
    const { ledger } = at
    const twoDaysAgoMs = anOrder().modifiedAtMs - 2 * 86_400_000
    await ledger.noteHint(anOrder(), 'action')
    await apply(ledger, anOffer(anOrder({ modifiedAtMs: twoDaysAgoMs })))
    const died = { id: 'order-shop-1001', generation: 1, code: 'ORDER_WITHOUT_LEARNER' } as const
    await ledger.fileFailure({ ...died, permanent: true, backoff, random: 0 })
    const redelivered = anOrder({ modifiedAtMs: twoDaysAgoMs - 1000 })
    expect((await ledger.applySnapshot(anOffer(redelivered))).wakeUps).toEqual([])
    const modified = anOrder({ modifiedAtMs: twoDaysAgoMs + 1000 })
    expect((await ledger.applySnapshot(anOffer(modified))).wakeUps).toMatchObject([{ lane: 'orders.shop' }])
  })

  it('has a dead order read for what says something new, once, and for nothing that was said before', async () => {
    const { ledger } = at
    const known = nobody()
    const { modifiedAtMs } = known.snapshot
    const earlier = nobody({ status: 'pending', modifiedAtMs: modifiedAtMs - 1000 })
    const another = nobody({ status: 'completed' })
    const later = nobody({ modifiedAtMs: modifiedAtMs + 1000 })
    const offered = async (offer: OrderOffer) => (await ledger.applySnapshot(offer)).result
    await ledger.applySnapshot(known)
    const diesAgain = async () => {
      await apply(ledger, known)
      const generation = (await ledger.itemStatus('order-shop-1001'))?.generation ?? 0
      const died = { id: 'order-shop-1001', generation, code: 'ORDER_WITHOUT_LEARNER', permanent: true } as const
      await ledger.fileFailure({ ...died, backoff, random: 0 })
    }
    await diesAgain()
    for (const offer of [known, earlier, known]) expect(await offered(offer)).toBe('same')
    for (const offer of [another, later]) {
      expect(await offered(offer)).toBe('read')
      await diesAgain()
      for (const again of [offer, earlier, known]) expect(await offered(again)).toBe('same')
    }
    expect(await ledger.conservation()).toMatchObject({ dead: 1 })
  })

  it('leaves an order dead over the answer to our own change of its status', async () => {
    const { ledger } = at
    const known = nobody()
    await ledger.applySnapshot(known)
    await apply(ledger, known)
    const died = { id: 'order-shop-1001', generation: 1, code: 'ORDER_WITHOUT_LEARNER', permanent: true } as const
    await ledger.fileFailure({ ...died, backoff, random: 0 })
    const writtenMs = known.snapshot.modifiedAtMs + 1000
    await ledger.keepOwnWrite(anOrder(), writtenMs)
    const echo = nobody({ status: 'attention', modifiedAtMs: writtenMs })
    expect((await ledger.applySnapshot(echo)).result).toBe('same')
    const other = nobody({ status: 'completed', modifiedAtMs: writtenMs })
    expect((await ledger.applySnapshot(other)).result).toBe('read')
  })

  it('makes no seat for an order that never granted anything', async () => {
    const { ledger } = at
    const { result, wakeUps } = await ledger.applySnapshot(
      anOffer(anOrder({ access: 'withdrawn', status: 'cancelled' })),
    )
    expect({ result, wakeUps }).toEqual({ result: 'applied', wakeUps: [] })
    expect((await ledger.orderView(anOrder()))?.seats).toEqual([])
  })
})

describe('noteHint', () => {
  it('adds nothing while a read that has not started will see it anyway', async () => {
    const { ledger } = at
    expect((await ledger.noteHint(anOrder(), 'action')).wakeUps).toHaveLength(1)
    expect((await ledger.noteHint(anOrder(), 'action')).wakeUps).toHaveLength(0)
    await ledger.numberRead(anOrder())
    expect((await ledger.noteHint(anOrder(), 'action')).wakeUps).toMatchObject([{ generation: 2 }])
  })

  it('leaves a dead order dead where the news is of a time and no newer than what was said', async () => {
    const { ledger } = at
    const { modifiedAtMs } = anOrder()
    const { wakeUps } = await ledger.noteHint(anOrder(), 'action')
    const id = itemId(wakeUps[0]!.item)
    const failure = { code: 'STORE_ANSWER_UNREADABLE', permanent: true, backoff, random: 0 } as const
    await ledger.fileFailure({ id, generation: 1, ...failure })
    expect((await ledger.noteHint(anOrder(), 'refund', modifiedAtMs)).wakeUps).toMatchObject([{ generation: 2 }])
    await ledger.fileFailure({ id, generation: 2, ...failure })
    expect(await ledger.noteHint(anOrder(), 'refund', modifiedAtMs)).toEqual({ result: 'same', wakeUps: [] })
    expect(await ledger.noteHint(anOrder(), 'refund', modifiedAtMs - 1000)).toEqual({ result: 'same', wakeUps: [] })
    expect((await ledger.noteHint(anOrder(), 'refund')).wakeUps).toMatchObject([{ generation: 3 }])
  })
})

describe('knownItems', () => {
  it('is firm once the line has produced a seat, and loose again while that seat is dead', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const seat = await theSeat(ledger)
    const line = LineId.parse('31')
    expect((await ledger.knownItems(anOrder())).get(line)).toMatchObject({ isFirm: false, items: [{ lms: 'campus' }] })
    await ledger.recordApplied(seat.id, verified)
    expect((await ledger.knownItems(anOrder())).get(line)?.isFirm).toBe(true)
    await ledger.fileFailure({
      id: `seat-${seat.id}`,
      generation: 1,
      code: 'LMS_COURSE_UNKNOWN',
      permanent: true,
      backoff,
      random: 0,
    })
    expect((await ledger.knownItems(anOrder())).get(line)?.isFirm).toBe(false)
  })
})
