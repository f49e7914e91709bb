import { beforeEach, describe, expect, it } from '@jest/globals'
import { itemId } from '@seatkeeper/core'
import { aLine, anOrder, catalogue, emailOf } from '@seatkeeper/core/fixture'
import { dumpOf, useLedger } from '@seatkeeper/ledger/fixture'
import { reconcileRange } from './index.ts'
import { numbered } from './listing-shop.fixture.ts'
import { createReconcileScene, type ReconcileScene } from './reconcile-scene.fixture.ts'

const { store } = anOrder()

const at = useLedger()
let scene: ReconcileScene

beforeEach(async () => {
  scene = await createReconcileScene(at.ledger)
})

/** 1 is right, 2 was never heard of, 3 was refunded, 4 is in the trash, 5 names nobody. */
async function aShop() {
  for (const order of [1, 3, 4]) await scene.sell(order)
  scene.shop.put(numbered(2, 2))
  scene.shop.put(numbered(3, 3, { refunds: ['73'], lines: [aLine({ refunded: 1 })] }))
  scene.shop.put(numbered(4, 4, { status: 'trash', access: 'withdrawn' }))
  scene.shop.put(numbered(5, 5, { learner: null }))
}

describe('reconcileRange', () => {
  const range = { store, sinceMs: anOrder().modifiedAtMs, signal: AbortSignal.timeout(10_000) }
  const run = (dryRun: boolean, more: object = {}) =>
    reconcileRange({ ledger: scene.ledger, store: scene.shop, policy: scene.policy, wake: scene.wake })({
      ...range,
      dryRun,
      ...more,
    })

  const expected = [
    { order: '2', status: 'processing', changes: [{ line: '31', unit: 1, to: 'granted' }], trouble: null },
    { order: '3', status: 'processing', changes: [{ line: '31', unit: 1, to: 'withdrawn' }], trouble: null },
    { order: '5', status: 'processing', changes: [], trouble: 'ORDER_WITHOUT_LEARNER' },
    { order: '4', status: 'trash', changes: [{ line: '31', unit: 1, to: 'withdrawn' }], trouble: null },
  ]

  it('says what would change, and changes nothing', async () => {
    await aShop()
    const before = await dumpOf(at)
    const progress: number[] = []
    const found = await run(true, { onProgress: ({ looked }: { looked: number }) => void progress.push(looked) })
    expect(found).toMatchObject(expected)
    expect(progress).toEqual([1, 2, 3, 4, 5])
    expect(await dumpOf(at)).toEqual(before)
    expect(scene.woken).toEqual([])
  })

  it('has read what differs, and nothing else', async () => {
    await aShop()
    expect(await run(false)).toMatchObject(expected)
    expect(scene.woken.map(({ item }) => itemId(item))).toEqual(expected.map(({ order }) => `order-shop-${order}`))
    scene.shop.put(numbered(5, 5, { learner: emailOf('grace@example.org') }))
    await scene.readAll()
    expect(await run(true)).toEqual([])
  })

  it('keeps to its range', async () => {
    await aShop()
    expect(await run(true, { untilMs: numbered(1, 2).modifiedAtMs })).toMatchObject([{ order: '2' }])
    expect(await run(true, { sinceMs: numbered(1, 5).modifiedAtMs })).toMatchObject([{ order: '5' }])
  })

  it('asks products what they sell without keeping it', async () => {
    scene.shop.put(numbered(1, 1, { lines: [aLine({ sku: 'CS' })] }))
    const product = { course: 'course-v1:DemoU+ART+2026', mode: 'audit', needsShipping: false }
    const parts = {
      ledger: scene.ledger,
      store: { ...scene.shop, readProduct: () => Promise.resolve(product) },
      wake: scene.wake,
    }
    const asking = reconcileRange({
      ...parts,
      policy: { ...scene.policy, catalogue: { ...catalogue, readsProducts: true } },
    })
    expect(await asking({ ...range, dryRun: true })).toMatchObject([
      { changes: [{ course: 'course-v1:DemoU+ART+2026' }] },
    ])
    expect(await at.redis.keys(`${at.prefix}product:*`)).toEqual([])
  })
})
