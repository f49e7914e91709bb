import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startForgetfulShop } from './forgetful-shop.fixture.ts'

type Scene = Awaited<ReturnType<typeof startForgetfulShop>>

const aDayMs = 86_400_000
let scene: Scene

beforeAll(async () => {
  scene = await startForgetfulShop()
})
afterAll(() => scene.close())

/** Orders, and how many seats their buyers should have: 1 or 0. */
type Book = Map<number, number>

async function differing(book: Book): Promise<readonly number[]> {
  const wrong: number[] = []
  for (const [order, seats] of book) if ((await scene.granted(order)) !== seats) wrong.push(order)
  return wrong
}

const statuses = () => scene.shop.webhooks().map(({ topic, status }) => [topic, status])
const bought = (count: number) => Array.from({ length: count }, () => [scene.buy(), 1] as const)

describe('a shop that forgets to say things', () => {
  const book: Book = new Map()
  const untouched: number[] = []

  it('says nothing of every tenth order, and is healed by one round', async () => {
    for (const [order, seats] of bought(300)) book.set(order, seats)
    untouched.push(...[...book.keys()].slice(60))
    for (const order of [...book.keys()].slice(0, 60)) {
      scene.shop.setStatus(order, order % 2 === 0 ? 'cancelled' : 'completed')
      if (order % 2 === 0) book.set(order, 0)
    }
    scene.shop.faults.dropDeliveries(({ order }) => order !== null && order % 10 === 7)
    await scene.shop.deliver()
    await scene.readAll()
    expect((await differing(book)).length).toBeGreaterThanOrEqual(25)
    scene.shop.faults.clear()
    await scene.doChore('reconcile')
    await scene.readAll()
    expect(await differing(book)).toEqual([])
  })

  it('disables its webhooks while we are away; they are made active, and what was lost is found', async () => {
    await scene.closeIngress()
    for (const [order, seats] of bought(12)) book.set(order, seats)
    await scene.shop.deliver()
    expect(statuses()).toContainEqual(['order.updated', 'disabled'])
    await scene.reopenIngress()
    for (const order of untouched.splice(0, 20)) {
      scene.refundCourse(order)
      book.set(order, 0)
    }
    for (const order of untouched.splice(0, 10)) {
      scene.shop.trash(order)
      book.set(order, 0)
    }
    await scene.doChore('watch')
    expect(scene.findings.map(({ code, isRearmed }) => [code, isRearmed])).toContainEqual(['WEBHOOK_DISABLED', true])
    expect(new Set(statuses().map(([, status]) => status))).toEqual(new Set(['active']))
    expect(await scene.ledger.itemStatus('reconcile-shop')).toMatchObject({ status: 'due' })
    await scene.doChore('reconcile')
    await scene.readAll()
    expect(await differing(book)).toEqual([])
  })

  it('is heard again after that', async () => {
    const order = scene.buy()
    await scene.shop.deliver()
    expect(await scene.granted(order)).toBe(1)
  })

  it('deletes refunds and orders without a word', async () => {
    const order = scene.buy()
    const refund = scene.refundCourse(order)
    const gone = untouched.splice(0, 2)
    await scene.shop.deliver()
    await scene.readAll()
    expect(await scene.granted(order)).toBe(0)
    for (let round = 0; round < 2; round += 1) {
      await scene.doChore('reconcile')
      await scene.readAll()
    }
    book.set(order, 1)
    scene.shop.faults.dropDeliveries(() => true)
    scene.shop.deleteRefund(order, refund)
    for (const one of gone) scene.shop.deleteForever(one)
    await scene.shop.deliver()
    scene.shop.faults.clear()
    await scene.doChore('reconcile')
    await scene.readAll()
    expect(scene.rounds.at(-1)).toMatchObject({ differingRefunds: 1 })
    expect(await differing(book)).toEqual([])
    for (const one of gone) book.set(one, 0)
    await scene.passSinceCompared(gone, aDayMs + 60_000)
    await scene.doChore('reconcile')
    await scene.readAll()
    expect(await differing(book)).toEqual([])
  })

  it('never had anything taken from an order that was only paid', async () => {
    const taken = await Promise.all(untouched.map((order) => scene.everWithdrawn(order)))
    expect(taken.filter(Boolean)).toEqual([])
    expect(untouched.length).toBeGreaterThan(200)
  })
})
