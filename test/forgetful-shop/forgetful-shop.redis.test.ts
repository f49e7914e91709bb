import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { startForgetfulShop, type ForgetfulShop } from './scene.ts'

const minutes = (count: number) => count * 60_000
jest.setTimeout(120_000)
let scene: ForgetfulShop

beforeAll(async () => {
  scene = await startForgetfulShop()
})
afterAll(() => scene.close())

/** Orders, and whether their buyers should be enrolled. */
type Book = Map<number, boolean>

const differing = (book: Book) => [...book].filter(([order, isIn]) => scene.isEnrolled(order) !== isIn)
const statuses = () => scene.shop.webhooks().map(({ topic, status }) => [topic, status])
const bought = (count: number) => Array.from({ length: count }, () => [scene.buy(), true] as const)

async function deliverAndWork(): Promise<void> {
  await scene.shop.deliver()
  await scene.work()
}

/** Until the next round of every chore has been. */
async function waitForRounds(): Promise<void> {
  await scene.pass(minutes(5))
  await scene.work()
}

describe('a shop that forgets to say things', () => {
  const book: Book = new Map()
  const untouched: number[] = []

  it('says nothing of every tenth order, and is healed by one round', async () => {
    await scene.work()
    for (const [order, isIn] of bought(300)) book.set(order, isIn)
    untouched.push(...[...book.keys()].slice(60))
    for (const order of [...book.keys()].slice(0, 60)) {
      scene.shop.setStatus(order, order % 2 === 0 ? 'cancelled' : 'completed')
      if (order % 2 === 0) book.set(order, false)
    }
    scene.shop.faults.dropDeliveries(({ order }) => order !== null && order % 10 === 7)
    await deliverAndWork()
    expect(differing(book).length).toBeGreaterThanOrEqual(25)
    scene.shop.faults.clear()
    await waitForRounds()
    expect(differing(book)).toEqual([])
  })

  it('disables its webhooks while we are away; they are made active, and what was lost is found', async () => {
    await scene.gateway.close()
    for (const [order, isIn] of bought(12)) book.set(order, isIn)
    await scene.shop.deliver()
    expect(statuses()).toContainEqual(['order.updated', 'disabled'])
    await scene.gateway.reopen()
    for (const order of untouched.splice(0, 20)) {
      scene.refundCourse(order)
      book.set(order, false)
    }
    for (const order of untouched.splice(0, 10)) {
      scene.shop.trash(order)
      book.set(order, false)
    }
    await scene.pass(minutes(4))
    await scene.work()
    expect(scene.findings.map(({ code, isRearmed }) => [code, isRearmed])).toContainEqual(['WEBHOOK_DISABLED', true])
    expect(new Set(statuses().map(([, status]) => status))).toEqual(new Set(['active']))
    expect(differing(book)).toEqual([])
  })

  it('is heard again after that', async () => {
    const order = scene.buy()
    await deliverAndWork()
    expect(scene.isEnrolled(order)).toBe(true)
  })

  it('deletes refunds and orders without a word', async () => {
    const order = scene.buy()
    const refund = scene.refundCourse(order)
    const gone = untouched.splice(0, 2)
    await deliverAndWork()
    expect(scene.isEnrolled(order)).toBe(false)
    await waitForRounds()
    await waitForRounds()
    book.set(order, true)
    scene.shop.faults.dropDeliveries(() => true)
    scene.shop.deleteRefund(order, refund)
    for (const one of gone) {
      scene.shop.deleteForever(one)
      book.set(one, false)
    }
    await scene.shop.deliver()
    scene.shop.faults.clear()
    await waitForRounds()
    expect(scene.rounds.at(-1)).toMatchObject({ differingRefunds: 1 })
    expect(differing(book)).toEqual([])
  })

  it('never had anything taken from an order that was only paid, nor given twice', () => {
    expect(untouched.filter((order) => scene.times('deactivated', order) > 0)).toEqual([])
    expect(untouched.filter((order) => scene.times('activated', order) > 1)).toEqual([])
    expect(untouched.length).toBeGreaterThan(200)
    expect(scene.troubles).toEqual([])
  })
})
