import { beforeEach, describe, expect, it } from '@jest/globals'
import { aLine, catalogue } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { numbered } from './listing-shop.fixture.ts'
import { createReconcileScene, refOf, type ReconcileScene } from './reconcile-scene.fixture.ts'

const at = useLedger()
let scene: ReconcileScene

beforeEach(async () => {
  scene = await createReconcileScene(at.ledger)
})

/** Dead because its line, of that product, names a course that cannot be. */
async function sellTypo(order: number, product = '11') {
  scene.shop.put(numbered(order, 0, { lines: [aLine({ sku: 'course-v1:typo', product })] }))
  await scene.accept({ kind: 'hint', ...refOf(order), reason: 'action' })
  await scene.readAll()
  expect(await scene.ledger.readItem(`order-shop-${order}`)).toMatchObject({ failure: { code: 'ORDER_LINE_UNKNOWN' } })
}

describe('reconcile of products that were corrected', () => {
  const typo = { course: null, mode: null, needsShipping: false, sku: 'course-v1:typo' }
  const right = { ...typo, sku: 'course-v1:DemoU+ART+2026' }
  it('asks for no product while nothing is dead of an unknown line', async () => {
    await scene.sell(1)
    await scene.aDeadOrder()
    await scene.round()
    expect(scene.shop.productsRead).toEqual([])
  })

  it('reads the orders again that died of one, and asks for each product once', async () => {
    for (const order of [1, 2]) await sellTypo(order)
    await sellTypo(3, '12')
    for (const product of ['11', '12']) scene.shop.products.set(`${product}/0`, typo)
    expect(await scene.round()).toMatchObject({ bumped: 0 })
    expect(scene.shop.productsRead.toSorted()).toEqual(['11/0', '12/0'])
    scene.shop.products.set('11/0', right)
    for (const order of [1, 2]) scene.shop.put({ ...scene.shop.get(order), lines: [aLine({ sku: right.sku })] })
    await scene.forgetPoll()
    expect(await scene.round()).toMatchObject({ bumped: 2 })
    await scene.readAll()
    expect(await Promise.all([1, 2, 3].map(scene.statusOf))).toEqual(['settled', 'settled', 'dead'])
    expect(await scene.claimsOf(1)).toEqual(['granted'])
  })

  it('forgets what the product said of itself, though it was read within the hour', async () => {
    scene.policy = { ...scene.policy, catalogue: { ...catalogue, readsProducts: true } }
    scene.shop.products.set('11/0', { ...typo, course: 'course-v1:typo', sku: null })
    scene.shop.put(numbered(1, 0, { lines: [aLine({ sku: null })] }))
    await scene.accept({ kind: 'hint', ...refOf(1), reason: 'action' })
    await scene.readAll()
    expect(await scene.statusOf(1)).toBe('dead')
    scene.shop.products.set('11/0', { ...typo, course: 'course-v1:DemoU+ART+2026', sku: null })
    expect(await scene.round()).toMatchObject({ bumped: 1 })
    await scene.readAll()
    expect(await scene.claimsOf(1)).toEqual(['granted'])
  })

  it('tries a correction once where it helps the order nothing', async () => {
    await sellTypo(1)
    scene.shop.products.set('11/0', right)
    await scene.forgetPoll()
    expect(await scene.round()).toMatchObject({ bumped: 1 })
    await scene.readAll()
    expect(await scene.statusOf(1)).toBe('dead')
    expect(await scene.round()).toMatchObject({ bumped: 0 })
  })
})
