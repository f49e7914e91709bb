import { beforeEach, describe, expect, it } from '@jest/globals'
import { LineId } from '@seatkeeper/core'
import { aLine, anOrder, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { replay } from './index.ts'
import { numbered } from './listing-shop.fixture.ts'
import { createReconcileScene, numbers, refOf, type ReconcileScene } from './reconcile-scene.fixture.ts'

const { store } = anOrder()
const aDayMs = 86_400_000

const at = useLedger()
let scene: ReconcileScene

beforeEach(async () => {
  scene = await createReconcileScene(at.ledger)
})

/** The shop has lost so many orders that were sold, and it is time to compare them. @returns them. */
async function loseAll(count: number) {
  for (const order of numbers(count)) await scene.sell(order)
  await scene.forgetPoll()
  const before = numbers(count).map((order) => scene.shop.get(order))
  for (const order of numbers(count)) scene.shop.remove(order)
  await passSince(aDayMs + 60_000)
  return before
}

/** As if so much time had passed since the orders were compared with the shop. */
async function passSince(ms: number) {
  const key = `${at.prefix}unread:${store}`
  for (const order of await at.redis.zrange(key, '0', '-1')) await at.redis.zincrby(key, -ms, order)
}

describe('reconcile of what no list of modified orders shows', () => {
  it('gives the seat back when a refund was deleted', async () => {
    await scene.sell(1, { refunds: ['71'], lines: [aLine({ refunded: 1 })] })
    for (const order of [2, 3]) await scene.sell(order, { refunds: [`7${order}`], lines: [aLine({ refunded: 1 })] })
    await scene.forgetPoll()
    scene.shop.put({ ...scene.shop.get(1), refunds: [], lines: [aLine()] })
    expect(await scene.round()).toMatchObject({ differingRefunds: 1, bumped: 1 })
    await scene.readAll()
    expect(await scene.claimsOf(1)).toEqual(['granted'])
    expect(await scene.claimsOf(2)).toEqual([])
    expect(await scene.round()).toMatchObject({ differingRefunds: 0, bumped: 0 })
  })

  it('takes the seat of a refund that nobody told of', async () => {
    await scene.sell(1)
    await scene.forgetPoll()
    scene.shop.put({ ...scene.shop.get(1), refunds: ['71'], lines: [aLine({ refunded: 1 })] })
    expect(await scene.round()).toMatchObject({ differingRefunds: 1, bumped: 1 })
    await scene.readAll()
    expect(await scene.claimsOf(1)).toEqual(['withdrawn'])
  })

  it('notices within days that an order was deleted for good, and reads nothing before its time', async () => {
    for (const order of numbers(8)) await scene.sell(order)
    await scene.forgetPoll()
    scene.shop.remove(3)
    expect(await scene.round()).toMatchObject({ compared: 0 })
    await passSince(aDayMs + 60_000)
    expect(await scene.round()).toMatchObject({ compared: 8, bumped: 1, held: 0 })
    await scene.readAll()
    expect(await scene.claimsOf(3)).toEqual(['withdrawn'])
    expect(await scene.claimsOf(4)).toEqual(['granted'])
    expect(await scene.round()).toMatchObject({ compared: 0 })
  })

  it('holds what it reads of a shop that suddenly has none of its orders, until they are back', async () => {
    const before = await loseAll(20)
    for (const held of [10, 10, 0]) {
      expect(await scene.round()).toMatchObject({ bumped: held, held })
      await scene.readAll()
    }
    expect(await scene.ledger.conservation()).toMatchObject({ dead: 20 })
    expect(await Promise.all(numbers(20).map(scene.claimsOf))).toEqual(numbers(20).map(() => ['granted']))
    for (const order of before) scene.shop.put(order)
    await passSince(aDayMs + 60_000)
    for (const _ of numbers(2)) expect(await scene.round()).toMatchObject({ bumped: 10, held: 0 })
    await scene.readAll()
    expect(await scene.ledger.conservation()).toMatchObject({ dead: 0 })
  })

  it('carries out a held deletion that a person replays, and no other', async () => {
    await loseAll(4)
    await scene.round()
    await scene.readAll()
    expect(await Promise.all(numbers(4).map(scene.statusOf))).toEqual(numbers(4).map(() => 'dead'))
    expect(await scene.ledger.readItem('order-shop-3')).toMatchObject({ failure: { code: 'ORDER_HELD' } })
    await replay({ agenda: scene.ledger, wake: scene.wake })({ filter: { items: ['order-shop-3'] }, by: 'ops' })
    await scene.readAll()
    expect((await Promise.all(numbers(4).map(scene.claimsOf))).flat()).toEqual([
      'granted',
      'granted',
      'withdrawn',
      'granted',
    ])
    await passSince(aDayMs + 60_000)
    expect(await scene.round()).toMatchObject({ compared: 3, bumped: 0, held: 0 })
  })

  it('leaves a dead order dead, however often it is compared', async () => {
    await scene.aDeadOrder()
    for (const _ of numbers(3)) {
      await passSince(aDayMs + 60_000)
      expect(await scene.round()).toMatchObject({ compared: 1, bumped: 0 })
    }
    scene.shop.failNext('readOrder', 'STORE_ANSWER_UNREADABLE')
    await passSince(aDayMs + 60_000)
    expect(await scene.round()).toMatchObject({ compared: 1, bumped: 0 })
    expect(await scene.statusOf(1)).toBe('dead')
  })

  it('revives a dead order that changed again within its second without a word', async () => {
    await scene.aDeadOrder()
    scene.shop.put(numbered(1, 0, { learner: emailOf('grace@example.org') }))
    await scene.forgetPoll()
    await passSince(aDayMs + 60_000)
    expect(await scene.round()).toMatchObject({ compared: 1, bumped: 1 })
    await scene.readAll()
    expect(await scene.claimsOf(1)).toEqual(['granted'])
    expect(await scene.statusOf(1)).toBe('settled')
  })

  it('finds such an order within minutes while the poll still reaches it', async () => {
    await scene.aDeadOrder()
    scene.shop.put(numbered(1, 0, { learner: emailOf('grace@example.org') }))
    expect(await scene.round()).toMatchObject({ bumped: 1 })
    await scene.readAll()
    expect(await scene.claimsOf(1)).toEqual(['granted'])
  })

  it('buries a dead order that was deleted without a word', async () => {
    await scene.sell(1, { lines: [aLine(), aLine({ line: LineId.parse('32'), sku: 'course-v1:typo' })] })
    await scene.ledger.noteHint(refOf(1), 'action')
    await scene.die(1, 'ORDER_LINE_UNKNOWN')
    await scene.forgetPoll()
    scene.shop.remove(1)
    await passSince(aDayMs + 60_000)
    expect(await scene.round()).toMatchObject({ bumped: 1 })
    await scene.readAll()
    expect(await scene.claimsOf(1)).toEqual(['withdrawn'])
    expect(await scene.statusOf(1)).toBe('settled')
  })

  it('reads a dead order again that the shop can show once more', async () => {
    await scene.sell(1)
    await scene.forgetPoll()
    await scene.ledger.noteHint(refOf(1), 'action')
    await scene.die(1, 'STORE_ANSWER_UNREADABLE')
    await passSince(aDayMs + 60_000)
    expect(await scene.round()).toMatchObject({ bumped: 1 })
    await scene.readAll()
    expect(await scene.statusOf(1)).toBe('settled')
  })

  it('brings an order before people that the shop can no longer show', async () => {
    await scene.sell(1)
    await passSince(aDayMs + 60_000)
    await scene.forgetPoll()
    scene.shop.failNext('readOrder', 'STORE_ANSWER_UNREADABLE')
    expect(await scene.round()).toMatchObject({ bumped: 1 })
    expect(scene.failures).toEqual([])
  })
})
