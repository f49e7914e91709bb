import { describe, expect, it } from '@jest/globals'
import {
  isConserved,
  itemId,
  LmsId,
  OrderId,
  StoreId,
  type DeadFilter,
  type FailureCode,
  type OrderSnapshot,
} from '@seatkeeper/core'
import { anOffer, anOrder, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'

const at = useLedger()

const backoff = { firstMs: 1, maxMs: 1, giveUpAfterMs: 1 }
const ask = (id: string, generation: number | null = null) => ({ id, generation, by: 'ops', perSecond: 1000 })

async function die(id: string, code: FailureCode = 'LMS_COURSE_UNKNOWN'): Promise<string> {
  const generation = (await at.ledger.itemStatus(id))?.generation ?? 0
  await at.ledger.fileFailure({ id, generation, code, permanent: true, backoff, random: 0 })
  return id
}

/** Sells one seat, which dies. */
async function deadSeat(order: number, some: Partial<OrderSnapshot> = {}, code?: FailureCode): Promise<string> {
  const snapshot = anOrder({ order: OrderId.parse(`${order}`), learner: emailOf(`l${order}@example.org`), ...some })
  await at.ledger.applySnapshot(anOffer(snapshot))
  const [seat] = (await at.ledger.orderView(snapshot))?.seats ?? []
  return die(`seat-${seat}`, code)
}

async function deadOrder(order: number, code: FailureCode): Promise<string> {
  await at.ledger.noteHint(anOrder({ order: OrderId.parse(`${order}`) }), 'action')
  return die(`order-shop-${order}`, code)
}

describe('replay', () => {
  it('opens a dead seat and the orders behind it once, however often it is pressed', async () => {
    const id = await deadSeat(1)
    const both = await Promise.all([at.ledger.replay(ask(id)), at.ledger.replay(ask(id))])
    expect(both.map(({ result }) => result)).toEqual(['replayed', 'left'])
    const [first] = both
    const lanes = first?.result === 'replayed' ? first.wakeUps.map(({ lane }) => lane) : []
    expect(lanes.toSorted()).toEqual(['enroll.campus', 'orders.shop'])
    expect(await at.ledger.readItem(id)).toMatchObject({
      generation: 2,
      status: 'due',
      attempts: [],
      replays: [{ by: 'ops', ofGeneration: 1, ofCode: 'LMS_COURSE_UNKNOWN' }],
    })
  })

  it('leaves what died again since it was seen', async () => {
    const id = await deadSeat(1)
    await at.ledger.replay(ask(id, 1))
    await die(id)
    expect(await at.ledger.replay(ask(id, 1))).toEqual({ result: 'left' })
    expect(await at.ledger.replay(ask(id, 2))).toMatchObject({ result: 'replayed' })
    expect((await at.ledger.readItem(id))?.replays.map(({ ofGeneration }) => ofGeneration)).toEqual([1, 2])
  })

  it('keeps in a dead order who revived it with its seat', async () => {
    const id = await deadSeat(1)
    await deadOrder(1, 'ORDER_HELD')
    await at.ledger.replay(ask(id))
    expect(await at.ledger.readItem('order-shop-1')).toMatchObject({
      status: 'due',
      replays: [{ by: 'ops', ofCode: 'ORDER_HELD' }],
    })
  })

  it('lets a second’s worth go at once, and then asks for patience', async () => {
    const ids = []
    for (let order = 1; order <= 5; order += 1) ids.push(await deadSeat(order))
    const answers = []
    for (const id of ids) answers.push(await at.ledger.replay({ ...ask(id), perSecond: 2 }))
    expect(answers.map(({ result }) => result)).toEqual(['replayed', 'replayed', 'replayed', 'later', 'later'])
    expect(answers.at(-1)).toMatchObject({ inMs: expect.any(Number) })
  })
})

describe('discard', () => {
  it('settles a dead item with its reason and leaves the count even', async () => {
    const id = await deadSeat(1)
    expect(await Promise.all([discard(id), discard(id)])).toEqual([true, false])
    expect(await at.ledger.readItem(id)).toMatchObject({
      status: 'settled',
      settledGeneration: 1,
      failure: { code: 'LMS_COURSE_UNKNOWN' },
      discarded: { by: 'ops', reason: 'refunded by hand' },
    })
    const counts = await at.ledger.conservation()
    expect(counts).toMatchObject({ registered: 2, settled: 2, dead: 0 })
    expect(isConserved(counts)).toBe(true)
  })

  it('leaves what is not dead, or of another generation', async () => {
    const id = await deadSeat(1)
    expect(await discard(id, 7)).toBe(false)
    expect(await discard('order-shop-1')).toBe(false)
    expect(await at.ledger.readItem(id)).toMatchObject({ status: 'dead', discarded: null })
  })

  it('is taken back by a changed fact', async () => {
    const id = await deadSeat(1)
    await discard(id)
    const withdrawn = anOrder({ order: OrderId.parse('1'), learner: emailOf('l1@example.org'), access: 'withdrawn' })
    await at.ledger.applySnapshot(
      anOffer({ ...withdrawn, status: 'cancelled', modifiedAtMs: withdrawn.modifiedAtMs + 1000 }),
    )
    expect(await at.ledger.readItem(id)).toMatchObject({ status: 'due', discarded: null, failure: null })
  })

  it('is taken back by an order that was modified since, even if nothing else changed', async () => {
    const id = await deadSeat(1)
    await discard(id)
    const again = anOrder({ order: OrderId.parse('1'), learner: emailOf('l1@example.org') })
    await at.ledger.applySnapshot(anOffer({ ...again, modifiedAtMs: again.modifiedAtMs + 1000 }))
    expect(await at.ledger.readItem(id)).toMatchObject({ status: 'due', discarded: null })
  })

  it('is not taken back by what shows nothing newer', async () => {
    const order = anOrder({ order: OrderId.parse('1') })
    await at.ledger.applySnapshot(anOffer(order))
    await deadOrder(1, 'STORE_ANSWER_UNREADABLE')
    await discard('order-shop-1')
    await at.ledger.applySnapshot(anOffer({ ...order, modifiedAtMs: order.modifiedAtMs - 1000 }))
    await at.ledger.noteHint(order, 'refund', order.modifiedAtMs)
    expect(await at.ledger.readItem('order-shop-1')).toMatchObject({ status: 'settled', discarded: { by: 'ops' } })
  })

  it('is taken back by a replay', async () => {
    const id = await deadSeat(1)
    await discard(id)
    expect(await at.ledger.replay(ask(id))).toMatchObject({ result: 'replayed' })
    expect(await at.ledger.readItem(id)).toMatchObject({
      status: 'due',
      discarded: null,
      replays: [{ ofGeneration: 1 }],
    })
  })

  it('leaves the seat failed for its shop', async () => {
    const id = await deadSeat(1)
    await discard(id)
    const telling = await at.ledger.readTelling(anOrder({ order: OrderId.parse('1') }))
    expect(telling?.claims).toMatchObject([{ status: 'dead', failure: 'LMS_COURSE_UNKNOWN' }])
  })
})

describe('dead', () => {
  it('finds by code, lane, store, LMS, time and name', async () => {
    const seat = await deadSeat(1)
    const elsewhere = await deadSeat(2, { store: StoreId.parse('bookshop') }, 'LMS_ENROLMENT_REFUSED')
    const order = await deadOrder(3, 'STORE_ANSWER_UNREADABLE')
    expect(await found({})).toEqual([seat, elsewhere, order])
    expect(await found({ code: 'LMS_ENROLMENT_REFUSED' })).toEqual([elsewhere])
    expect(await found({ lane: 'orders.shop' })).toEqual([order])
    expect(await found({ store: StoreId.parse('bookshop') })).toEqual([elsewhere])
    expect(await found({ store: StoreId.parse('shop') })).toEqual([seat, order])
    expect(await found({ lms: LmsId.parse('campus') })).toEqual([seat, elsewhere])
    expect(await found({ sinceMs: Date.now() + 60_000 })).toEqual([])
    expect(await found({ items: [order, 'seat-x'] })).toEqual([order])
    expect(await found({ lms: LmsId.parse('campus'), store: StoreId.parse('shop') })).toEqual([seat])
  })
})

function discard(id: string, generation: number | null = null): Promise<boolean> {
  return at.ledger.discard({ id, generation, by: 'ops', reason: 'refunded by hand' })
}

async function found(filter: DeadFilter): Promise<readonly string[]> {
  return (await at.ledger.dead(filter)).map(({ item }) => itemId(item))
}
