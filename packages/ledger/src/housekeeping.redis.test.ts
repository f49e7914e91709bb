import { describe, expect, it } from '@jest/globals'
import { deletedHash, laneOf, LineId, OrderId, type FailureCode, type OrderSnapshot } from '@seatkeeper/core'
import { aLine, anOffer, anOrder, noBrake } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'

const { store } = anOrder()
const id = (order: number) => OrderId.parse(String(order))
const holdsAll = { seats: 0, percent: 0 }
const aMonthMs = 31 * 86_400_000

const at = useLedger()

async function apply(order: number, change: Partial<OrderSnapshot> = {}) {
  const snapshot = anOrder({ order: id(order), ...change })
  await at.ledger.applyReading(await at.ledger.numberRead(snapshot), anOffer(snapshot))
}

async function die(order: number, code: FailureCode = 'ORDER_WITHOUT_LEARNER') {
  const item = `order-${store}-${order}`
  await at.ledger.noteHint({ store, order: id(order) }, 'action')
  const generation = (await at.ledger.itemStatus(item))?.generation ?? 0
  const backoff = { firstMs: 1, maxMs: 1, giveUpAfterMs: 1 }
  await at.ledger.fileFailure({ id: item, generation, code, permanent: true, backoff, random: 0 })
}

const refund = (order: number, number: string) => ({ store, order: id(order), refund: number })
const suspected = async () => (await at.ledger.refundSuspects(store, 10)).map(({ order }) => order)

const unread = () => at.ledger.longestUnread(store, 10)
const looks = async () => (await unread()).map(({ hash }) => hash)
/** As if so much time had passed since all orders were compared. */
async function pass(ms: number) {
  const key = `${at.prefix}unread:${store}`
  for (const order of await at.redis.zrange(key, '0', '-1')) await at.redis.zincrby(key, -ms, order)
}

describe('standingsOf', () => {
  const sighting = { order: id(1), modifiedAtMs: anOrder().modifiedAtMs }
  const sight = async (fromMs = 0, list = 'orders') => {
    const standings = await at.ledger.standingsOf(store, list, fromMs, [sighting])
    await at.ledger.countSighting(store, list, sighting)
    return standings
  }

  it('says what is known of an order, and how often it was counted like that', async () => {
    expect(await sight()).toEqual([{ ...sighting, timesSeen: 0, knownMs: null, status: null }])
    await apply(1)
    expect(await sight()).toEqual([{ ...sighting, timesSeen: 1, knownMs: sighting.modifiedAtMs, status: 'settled' }])
    await die(1)
    expect(await sight()).toMatchObject([{ timesSeen: 2, status: 'dead' }])
    expect(await sight()).toMatchObject([{ timesSeen: 2 }])
  })

  it('counts each list and each modification by itself', async () => {
    await sight()
    expect(await sight(0, 'trash')).toMatchObject([{ timesSeen: 0 }])
    const later = { ...sighting, modifiedAtMs: sighting.modifiedAtMs + 1000 }
    expect(await at.ledger.standingsOf(store, 'orders', 0, [later])).toMatchObject([{ timesSeen: 0 }])
  })

  it('forgets what will not be listed again', async () => {
    await sight()
    expect(await sight(sighting.modifiedAtMs + 1)).toMatchObject([{ timesSeen: 0 }])
    expect(await at.redis.zcard(`${at.prefix}sightings:${store}:orders`)).toBe(1)
  })
})

describe('refundSuspects', () => {
  it('are orders at rest one of whose refunds is gone, or is new', async () => {
    await apply(1, { refunds: ['71'] })
    await apply(2, { refunds: ['72'] })
    await apply(3)
    await at.ledger.sightRefunds(store, [refund(2, '72'), refund(3, '73'), refund(4, '74')], true)
    expect((await suspected()).toSorted()).toEqual(['1', '3'])
  })

  it('has dead orders too, and leaves out what is to be read anyway', async () => {
    for (const order of [1, 2, 3]) await apply(order, { refunds: [`7${order}`] })
    await at.ledger.noteHint({ store, order: id(1) }, 'action')
    await die(2)
    await at.ledger.sightRefunds(store, [], true)
    expect((await suspected()).toSorted()).toEqual(['2', '3'])
  })

  it('leaves out what was found unchanged just now, until more refunds differ', async () => {
    await apply(1, { refunds: ['71', '72'] })
    await at.ledger.sightRefunds(store, [refund(1, '72')], true)
    expect(await suspected()).toEqual(['1'])
    await at.ledger.noteUnchanged(store, [id(1)])
    await at.ledger.sightRefunds(store, [refund(1, '72')], true)
    expect(await suspected()).toEqual([])
    await at.ledger.sightRefunds(store, [], true)
    expect(await suspected()).toEqual(['1'])
  })

  it('names what was found unchanged before its refund was gone', async () => {
    await apply(1, { refunds: ['71'] })
    await at.ledger.noteUnchanged(store, [id(1)])
    await at.ledger.sightRefunds(store, [], true)
    expect(await suspected()).toEqual(['1'])
  })

  it('knows a refund no more once the order was read without it, or deleted', async () => {
    await apply(1, { refunds: ['71'] })
    await apply(2, { refunds: ['72'] })
    await apply(1)
    await at.ledger.applyDeletion(
      await at.ledger.numberRead(anOrder({ order: id(2) })),
      { store, order: id(2) },
      noBrake,
    )
    await at.ledger.sightRefunds(store, [], true)
    expect(await suspected()).toEqual([])
  })

  it('does not miss a refund that was recorded while the list was gone through', async () => {
    await at.ledger.sightRefunds(store, [], true)
    await apply(1, { refunds: ['71'] })
    expect(await suspected()).toEqual([])
  })

  it('gathers several pages, and forgets them with the first page of the next pass', async () => {
    await apply(1, { refunds: ['71', '72'] })
    await at.ledger.sightRefunds(store, [refund(1, '71')], true)
    await at.ledger.sightRefunds(store, [refund(1, '72')], false)
    expect(await suspected()).toEqual([])
    await at.ledger.sightRefunds(store, [refund(1, '72')], true)
    expect(await suspected()).toEqual(['1'])
  })
})

describe('longestUnread', () => {
  it('are orders with claims, overdue after a day and rested again once they were found unchanged', async () => {
    await apply(1)
    await apply(2, { lines: [] })
    expect(await unread()).toMatchObject([{ order: '1', grants: true, isOverdue: false }])
    await pass(86_400_000 + 60_000)
    expect(await unread()).toMatchObject([{ order: '1', isOverdue: true }])
    await at.ledger.noteUnchanged(store, [id(1)])
    expect(await unread()).toMatchObject([{ order: '1', isOverdue: false }])
  })

  it('lets an old order rest longer than a fresh one', async () => {
    await apply(1, { modifiedAtMs: Date.now() - 40 * 86_400_000 })
    await pass(4 * 86_400_000)
    expect(await unread()).toMatchObject([{ isOverdue: false }])
    await pass(2 * 86_400_000)
    expect(await unread()).toMatchObject([{ isOverdue: true }])
  })

  it('leaves in peace what granted nothing for a month, and what was deleted', async () => {
    for (const order of [1, 2]) await apply(order)
    const withdrawn = { access: 'withdrawn' as const, status: 'trash' }
    await apply(1, { ...withdrawn, modifiedAtMs: Date.now() - aMonthMs })
    await at.ledger.applyDeletion(
      await at.ledger.numberRead(anOrder({ order: id(2) })),
      { store, order: id(2) },
      noBrake,
    )
    await apply(3)
    await apply(3, { ...withdrawn, modifiedAtMs: Date.now() })
    expect(await unread()).toMatchObject([{ order: '3', grants: false }])
  })

  it('is not held up by orders that are to be read anyway', async () => {
    for (const order of [1, 2]) await apply(order)
    await pass(86_400_000 + 60_000)
    await at.ledger.noteHint({ store, order: id(1) }, 'action')
    expect(await unread()).toMatchObject([{ order: '2', isOverdue: true }])
  })

  it('has dead orders after a day, whatever they grant and however old they are', async () => {
    await apply(1, { lines: [], modifiedAtMs: Date.now() - aMonthMs })
    for (const order of [1, 2]) await die(order)
    expect(await unread()).toMatchObject([{ isOverdue: false }, { isOverdue: false }])
    await pass(86_400_000 + 60_000)
    expect(await unread()).toMatchObject([
      { order: '1', isOverdue: true, isDead: true, grants: false },
      { order: '2', isOverdue: true, isDead: true },
    ])
  })

  it('knows a dead order by what it died over', async () => {
    const known = anOffer(anOrder({ order: id(1) })).hash
    await apply(1)
    await die(1)
    expect(await looks()).toEqual([known])
    const cancelled = anOffer(anOrder({ order: id(1), access: 'withdrawn' }))
    await at.ledger.applyReading(await at.ledger.numberRead(cancelled.snapshot), { ...cancelled, brake: holdsAll })
    await die(1, 'ORDER_HELD')
    expect(await looks()).toEqual([cancelled.hash])
    await at.ledger.applyDeletion(await at.ledger.numberRead(cancelled.snapshot), { store, order: id(1) }, holdsAll)
    expect(await looks()).toEqual([deletedHash])
    await die(1, 'STORE_ANSWER_UNREADABLE')
    expect(await looks()).toEqual([null])
  })
})

const found = (order: number) => ({ order: id(order), hash: 'another', modifiedAtMs: 0, isDoubted: false })

describe('bumpAtRest', () => {
  it('makes what is settled or dead due, and leaves alone what is due or unknown', async () => {
    for (const order of [1, 2, 3]) await apply(order)
    await die(2)
    await at.ledger.noteHint({ store, order: id(3) }, 'action')
    const { wakeUps } = await at.ledger.bumpAtRest(store, [1, 2, 3, 4].map(found))
    expect(wakeUps).toMatchObject([
      { item: { kind: 'order', order: '1' }, lane: laneOf.orders(store) },
      { item: { kind: 'order', order: '2' } },
    ])
  })

  it('remembers what was found, so that the same is not found again should nobody be able to read it', async () => {
    await apply(1)
    await die(1)
    await at.ledger.bumpAtRest(store, [{ ...found(1), modifiedAtMs: anOrder().modifiedAtMs + 1000 }])
    await die(1, 'UNEXPECTED')
    expect(await unread()).toMatchObject([{ hash: 'another' }])
  })
})

describe('unknownLines', () => {
  it('are of orders that are dead of nothing else, until they are understood', async () => {
    const lines = [aLine(), aLine({ line: LineId.parse('32'), sku: 'course-v1:typo', product: '12' })]
    for (const order of [1, 2, 3]) await apply(order, { lines })
    await die(1, 'ORDER_LINE_UNKNOWN')
    await die(2)
    const line = { sku: 'course-v1:typo', product: '12', variation: '0' }
    expect(await at.ledger.unknownLines(store)).toEqual([{ order: '1', line }])
    await apply(1)
    expect(await at.ledger.unknownLines(store)).toEqual([])
  })
})

describe('bumpChore', () => {
  it('makes a waiting chore due at once', async () => {
    const chore = { kind: 'chore', chore: 'reconcile', of: store } as const
    expect(await at.ledger.bumpChore(chore)).toEqual({ result: 'unknown', wakeUps: [] })
    await at.ledger.ensureChore(chore, laneOf.chores(store))
    expect(await at.ledger.bumpChore(chore)).toMatchObject({
      result: 'bumped',
      wakeUps: [{ item: chore, generation: 2 }],
    })
  })
})

describe('claimsOf', () => {
  it('says what each claim of an order is', async () => {
    await apply(1, { lines: [aLine({ quantity: 1 })] })
    await apply(1, { lines: [aLine({ refunded: 1 })] })
    expect([...(await at.ledger.claimsOf({ store, order: id(1) }))]).toEqual([
      ['shop/1/31/1/campus/course-v1:DemoU+CS101+2026', 'withdrawn'],
    ])
  })
})
