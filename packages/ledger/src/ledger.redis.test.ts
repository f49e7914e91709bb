import { describe, expect, it } from '@jest/globals'
import {
  enrollSeat,
  isConserved,
  itemId,
  LineId,
  LmsId,
  noEnrolment,
  OrderId,
  planSeats,
  Username,
  type CourseMode,
  type OrderOffer,
  type OrderSnapshot,
} from '@seatkeeper/core'
import { aLine, anOffer, anOrder, catalogue, emailOf, noBrake } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'
import type { RedisLedger } from './index.ts'

const at = useLedger()

const verified = { isActive: true, mode: catalogue.mode }
const { backoff } = enrollSeat
const ada = { id: 7, username: Username.parse('ada') }

async function theSeat(ledger: RedisLedger, order: Pick<OrderSnapshot, 'store' | 'order'> = anOrder()) {
  const view = await ledger.orderView(order)
  const [id] = view?.seats ?? []
  if (id === undefined) throw new Error('the order has no seat')
  const seat = await ledger.readSeat(id)
  if (seat === undefined) throw new Error('the seat is not there')
  return seat
}

async function apply(ledger: RedisLedger, offer: OrderOffer) {
  return ledger.applyReading(await ledger.numberRead(offer.snapshot), offer)
}

async function settleSeat(ledger: RedisLedger, id: string, generation: number) {
  const lease = await ledger.lease(id, 5000)
  if (lease === undefined) throw new Error('the lease is taken')
  return ledger.settle(id, generation, { status: 'applied' }, lease)
}

/** An order that sells a course to nobody. */
const nobody = (change: Partial<OrderSnapshot> = {}) => anOffer(anOrder({ learner: null, ...change }))

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

describe('applyReading', () => {
  it('is refused once a snapshot was applied after the read got its number', async () => {
    const { ledger } = at
    const read = await ledger.numberRead(anOrder())
    await ledger.applySnapshot(anOffer(anOrder()))
    const late = anOffer(anOrder({ access: 'withdrawn', status: 'cancelled' }))
    expect(await ledger.applyReading(read, late)).toEqual({ result: 'overtaken', wakeUps: [] })
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'granted' }])
  })

  it('lets a read that a snapshot has overtaken not fail the order, but makes it read again', async () => {
    const { ledger } = at
    const { wakeUps } = await ledger.noteHint(anOrder(), 'action')
    const id = itemId(wakeUps[0]!.item)
    await ledger.numberRead(anOrder())
    await ledger.applySnapshot(anOffer(anOrder()))
    const failure = { code: 'ORDER_WITHOUT_LEARNER', permanent: true, backoff, random: 0 } as const
    expect(await ledger.fileFailure({ id, generation: 1, ...failure })).toEqual({ next: 'superseded' })
    expect(await ledger.itemStatus(id)).toEqual({ generation: 2, status: 'due' })
  })

  it('has a dead order read again that a reader who lost the lease finds changed, or deleted', async () => {
    const { ledger } = at
    const died = { id: 'order-shop-1001', code: 'ORDER_WITHOUT_LEARNER', permanent: true, backoff, random: 0 } as const
    await ledger.noteHint(anOrder(), 'action')
    await apply(ledger, nobody())
    await ledger.fileFailure({ ...died, generation: 1 })
    expect((await apply(ledger, nobody())).wakeUps).toEqual([])
    const again = { item: { kind: 'order' }, lane: 'orders.shop' }
    expect((await apply(ledger, anOffer(anOrder()))).wakeUps).toMatchObject([again, { item: { kind: 'seat' } }])
    await ledger.fileFailure({ ...died, generation: 2 })
    const remove = async () => ledger.applyDeletion(await ledger.numberRead(anOrder()), anOrder(), noBrake)
    expect((await remove()).wakeUps).toMatchObject([{ item: { kind: 'seat' } }, again])
    await ledger.fileFailure({ ...died, generation: 3 })
    expect((await remove()).wakeUps).toEqual([])
  })

  it('is as good as ever for a read that begins after the snapshot', async () => {
    const { ledger } = at
    const { wakeUps } = await ledger.noteHint(anOrder(), 'action')
    const id = itemId(wakeUps[0]!.item)
    await ledger.applySnapshot(anOffer(anOrder()))
    expect(await ledger.itemStatus(id)).toEqual({ generation: 1, status: 'due' })
  })

  it('withdraws the claims of a line that vanished', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { wakeUps } = await apply(ledger, anOffer(anOrder({ lines: [] })))
    expect(wakeUps).toMatchObject([{ lane: 'revoke.campus', generation: 2 }])
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'withdrawn' }])
  })

  it('withdraws a refunded claim whose order has lost its address', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    await apply(ledger, anOffer(anOrder({ learner: null, lines: [aLine({ refunded: 1 })] })))
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'withdrawn' }])
  })

  it('leaves claims alone while the order is undecided', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    expect((await apply(ledger, anOffer(anOrder({ access: 'undecided', status: 'on-hold' })))).wakeUps).toEqual([])
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'granted' }])
  })

  it('moves the claim to the seat of the new address and settles both', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const before = await theSeat(ledger)
    const { wakeUps } = await apply(ledger, anOffer(anOrder({ learner: emailOf('grace@example.org') })))
    expect(wakeUps.map(({ lane }) => lane).toSorted()).toEqual(['enroll.campus', 'revoke.campus'])
    expect((await ledger.readSeat(before.id))?.claims).toEqual([])
    expect(await theSeat(ledger)).toMatchObject({ email: 'grace@example.org', claims: [{ access: 'granted' }] })
  })

  it('leaves a claim in its seat when its order is read again after the account is known', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { id } = await theSeat(ledger)
    await ledger.bindAccount(id, ada)
    expect((await apply(ledger, anOffer(anOrder()))).wakeUps).toEqual([])
    expect((await theSeat(ledger)).id).toBe(id)
  })

  it('leaves a claim that came with another address of the account in the seat that it joined', async () => {
    const { ledger } = at
    const second = anOrder({ order: OrderId.parse('1002'), learner: emailOf('countess@example.org') })
    await ledger.applySnapshot(anOffer(anOrder()))
    await ledger.applySnapshot(anOffer(second))
    const { id } = await theSeat(ledger)
    await ledger.bindAccount(id, ada)
    await ledger.bindAccount((await theSeat(ledger, second)).id, ada)
    expect((await apply(ledger, anOffer(second))).wakeUps).toEqual([])
    expect((await theSeat(ledger, second)).id).toBe(id)
  })

  it('gives a line that takes the place of another the same seat', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { id } = await theSeat(ledger)
    await ledger.bindAccount(id, ada)
    await apply(ledger, anOffer(anOrder({ lines: [aLine({ line: LineId.parse('32') })] })))
    expect((await ledger.orderView(anOrder()))?.seats).toEqual([id])
    expect((await theSeat(ledger)).claims.map(({ access }) => access).toSorted()).toEqual(['granted', 'withdrawn'])
  })

  it('lets two orders speak for one seat', async () => {
    const { ledger } = at
    const second = anOrder({ order: OrderId.parse('1002') })
    await ledger.applySnapshot(anOffer(anOrder()))
    await ledger.applySnapshot(anOffer(second))
    expect((await theSeat(ledger, second)).id).toBe((await theSeat(ledger)).id)
    expect((await theSeat(ledger)).orders).toHaveLength(2)
  })
})

describe('applyDeletion', () => {
  it('lets no snapshot that comes late grant anything, known order or not', async () => {
    for (const known of [true, false]) {
      const { ledger } = at
      if (known) await ledger.applySnapshot(anOffer(anOrder()))
      await ledger.applyDeletion(await ledger.numberRead(anOrder()), anOrder(), noBrake)
      const late = anOrder({ modifiedAtMs: anOrder().modifiedAtMs + 1000 })
      expect((await ledger.applySnapshot(anOffer(late))).result).toBe('read')
    }
  })

  it('withdraws everything the order ever granted', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { wakeUps } = await ledger.applyDeletion(await ledger.numberRead(anOrder()), anOrder(), noBrake)
    expect(wakeUps).toMatchObject([{ lane: 'revoke.campus' }])
    expect((await theSeat(ledger)).claims).toMatchObject([{ access: 'withdrawn' }])
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

describe('recordBaseline', () => {
  it('keeps the first', async () => {
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const { id } = await theSeat(ledger)
    await ledger.recordBaseline(id, noEnrolment)
    await ledger.recordBaseline(id, { isActive: true, mode: 'audit' as CourseMode })
    expect((await ledger.readSeat(id))?.baseline).toEqual(noEnrolment)
  })
})

describe('tokens', () => {
  it('forget a token only if it is still the one that was refused', async () => {
    const tokens = at.ledger.tokens(LmsId.parse('campus'), 'seatkeeper')
    await tokens.write({ token: 'new', expiresAtMs: Date.now() + 60_000 })
    await tokens.drop('old')
    expect(await tokens.read()).toMatchObject({ token: 'new' })
    await tokens.drop('new')
    expect(await tokens.read()).toBeUndefined()
  })
})

/** The first answer that is not empty, within a second. */
async function eventually<Element>(ask: () => Promise<readonly Element[]>): Promise<readonly Element[]> {
  const deadline = performance.now() + 1000
  let answer = await ask()
  while (answer.length === 0 && performance.now() < deadline) answer = await ask()
  return answer
}
