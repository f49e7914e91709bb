import { beforeEach, describe, expect, it } from '@jest/globals'
import { itemId } from '@seatkeeper/core'
import { aLine } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { numbered } from './listing-shop.fixture.ts'
import { chore, createReconcileScene, everyMs, numbers, refOf, type ReconcileScene } from './reconcile-scene.fixture.ts'

const at = useLedger()
let scene: ReconcileScene

beforeEach(async () => {
  scene = await createReconcileScene(at.ledger)
})

describe('reconcile', () => {
  it('finds orders that no webhook told of, and waits for the next round', async () => {
    for (const order of numbers(12)) scene.shop.put(numbered(order, order))
    scene.shop.put(numbered(13, 13, { refunds: ['71'], lines: [aLine({ refunded: 1 })] }))
    expect(await scene.round()).toMatchObject({ polled: 13, applied: 12, bumped: 1, isDone: true })
    await scene.readAll()
    expect(await scene.claimsOf(7)).toEqual(['granted'])
    expect(await scene.claimsOf(13)).toEqual([])
    const item = await scene.ledger.readItem(itemId(chore))
    expect(item).toMatchObject({ status: 'waiting', waitReason: 'scheduled' })
    expect((item?.dueAtMs ?? 0) - (await scene.ledger.nowMs())).toBeGreaterThan(everyMs - 10_000)
  })

  it('does nothing about what is known', async () => {
    for (const order of numbers(7)) scene.shop.put(numbered(order, order))
    await scene.round()
    scene.woken = []
    expect(await scene.round()).toMatchObject({ applied: 0, bumped: 0 })
    expect(scene.woken).toEqual([])
  })

  it('leaves out no order when orders move while it pages', async () => {
    for (const order of numbers(12)) scene.shop.put(numbered(order, order))
    scene.shop.beforeSecondPage(() => {
      for (const order of [1, 2, 3, 6]) scene.shop.put(numbered(order, 30 + order, { status: 'completed' }))
    })
    await scene.round()
    expect(await Promise.all(numbers(12).map(scene.claimsOf))).toEqual(numbers(12).map(() => ['granted']))
    expect(await scene.ledger.orderView(refOf(6))).toMatchObject({ status: 'completed' })
  })

  it('gets past a second that holds more orders than a page', async () => {
    for (const order of numbers(13)) scene.shop.put(numbered(order, 5))
    scene.shop.put(numbered(14, 6))
    expect(await scene.round()).toMatchObject({ polled: 14, applied: 14 })
    expect(scene.shop.pages.length).toBeLessThan(8)
  })

  it('sees a second change within one second', async () => {
    scene.shop.put(numbered(1, 1, { refunds: ['71'] }))
    await scene.round()
    await scene.readAll()
    scene.shop.put(numbered(1, 1, { refunds: ['71'], lines: [aLine({ refunded: 1 })] }))
    await scene.round()
    await scene.readAll()
    expect(await scene.claimsOf(1)).toEqual(['withdrawn'])
  })

  it('reads a quiet shop’s last order twice and no more', async () => {
    scene.shop.put(numbered(1, 1, { refunds: ['71'] }))
    for (const _ of numbers(5)) {
      await scene.round()
      await scene.readAll()
    }
    expect(scene.shop.read).toHaveLength(2)
  })

  it('finds an order although every round before died right before it got there', async () => {
    scene.shop.put(numbered(1, 1))
    const alive = scene.ledger
    for (let deaths = 0; deaths < 2; deaths += 1) {
      const dying = Promise.withResolvers<never>()
      const reached = new Promise<void>((resolve) => {
        scene.ledger = { ...alive, applySnapshot: () => (resolve(), dying.promise) }
      })
      void scene.round()
      await reached
      await at.redis.del(`${at.prefix}lease:${itemId(chore)}`, `${at.prefix}quarantine`)
    }
    scene.ledger = alive
    expect(await scene.round()).toMatchObject({ applied: 1 })
  })

  it('leaves a dead order dead until it is modified at the shop', async () => {
    await scene.sell(1, { refunds: ['71'] })
    await scene.ledger.noteHint(refOf(1), 'action')
    await scene.die(1, 'ORDER_WITHOUT_LEARNER')
    for (const _ of numbers(3)) await scene.round()
    expect(await scene.statusOf(1)).toBe('dead')
    scene.shop.put(numbered(1, 9, { refunds: ['71'] }))
    await scene.round()
    expect(await scene.statusOf(1)).toBe('due')
  })

  it('is not led into the future by a shop with a wrong clock', async () => {
    scene.shop.put(numbered(1, 3600))
    await scene.round()
    scene.shop.put(numbered(2, 0))
    await scene.round()
    expect(await scene.claimsOf(2)).toEqual(['granted'])
  })

  it('takes what is in the trash, and what came back from it with its old time', async () => {
    await scene.sell(1)
    scene.shop.put(numbered(1, 9, { status: 'trash', access: 'withdrawn' }))
    await scene.round()
    expect(await scene.claimsOf(1)).toEqual(['withdrawn'])
    scene.shop.put(numbered(1, 9))
    await scene.round()
    await scene.readAll()
    expect(await scene.claimsOf(1)).toEqual(['granted'])
  })

  it('leaves the rest to the next round, at once, when its time is over', async () => {
    for (const order of numbers(12)) scene.shop.put(numbered(order, order))
    expect(await scene.round(0)).toMatchObject({ polled: 5, isDone: false })
    expect((await scene.ledger.readItem(itemId(chore)))?.dueAtMs).toBeLessThanOrEqual(await scene.ledger.nowMs())
    await scene.round(0)
    await scene.round(0)
    expect(await scene.claimsOf(12)).toEqual(['granted'])
  })

  it('does what it can when one part fails on its own account', async () => {
    scene.shop.put(numbered(1, 1, { refunds: ['71'] }))
    scene.shop.failNext('readModified', 'STORE_ANSWER_UNREADABLE')
    expect(await scene.round()).toMatchObject({ isDone: true })
    expect(scene.failures).toEqual(['STORE_ANSWER_UNREADABLE'])
    expect(await scene.statusOf(1)).toBeUndefined()
    expect(await scene.round()).toMatchObject({ bumped: 1 })
  })

  it('ends when the shop is out', async () => {
    scene.shop.failNext('readRefunds', 'STORE_UNREACHABLE')
    await expect(scene.round()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
  })
})
