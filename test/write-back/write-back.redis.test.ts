import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis, type RestFault } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { seeded } from '../faults/random.ts'
import { startToldShop, type ToldShop } from './told-shop.ts'

let server: EmbeddedRedis
let redis: Redis
let told: ToldShop
let tests = 0

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})
beforeEach(async () => {
  tests += 1
  told = await startToldShop(redis, `{write-back-${tests}}:`)
})
afterEach(() => told.stop())

const notes = { method: 'POST', path: /\/notes$/, times: 1 }
const puts = { method: 'PUT', times: 1 }
const reads = { method: 'GET', times: 1 }
const once = [expect.stringMatching(/^Seatkeeper #1: /)]

/** Tells until nothing is left to tell of an order; gives the orders that webhooks came about meanwhile. */
async function tellAll(order: number, prepare: () => void = () => undefined) {
  const echoes: unknown[] = []
  for (let round = 0; (await told.isLeftToTell(order)) && round < 30; round += 1) {
    prepare()
    await told.tell(order).catch(() => undefined)
    echoes.push(...(await told.settle(order)))
    told.waitAMinute()
  }
  return echoes
}

describe('telling a shop over its REST API', () => {
  it('adds a note, completes the order, and hears of it once', async () => {
    const order = await told.sell()
    expect(await tellAll(order)).toEqual([order])
    expect(told.shop.order(order).status).toBe('completed')
    expect(await told.notesOf(order)).toEqual(once)
  })

  it.each([
    ['a note', notes],
    ['a status', puts],
  ])('repeats nothing when the answer to %s is lost', async (_what, scope) => {
    const order = await told.sell()
    told.shop.faults.rest({ kind: 'lose-answer' }, scope)
    expect(await tellAll(order)).toEqual([order])
    expect(await told.notesOf(order)).toEqual(once)
    expect(told.written).toHaveLength(1)
  })

  it('leaves an order to the staff that has a book to ship', async () => {
    const order = await told.sell([{ name: 'Textbook', sku: 'BOOK-1', virtual: false }])
    expect(await tellAll(order)).toEqual([])
    expect(told.shop.order(order).status).toBe('processing')
    expect(await told.notesOf(order)).toEqual(once)
  })

  it('puts a status back that overtook a refund, and the seat ends', async () => {
    const order = await told.sell()
    const [line = { id: 0 }] = told.shop.order(order).line_items
    told.beforeWriting.push(() => told.shop.refund(order, { lines: [{ line: line.id, quantity: 1 }] }))
    await tellAll(order)
    expect(told.refunded).toEqual([String(order)])
    expect(told.shop.order(order).status).toBe('processing')
    expect(await told.notesOf(order)).toContainEqual(expect.stringContaining('access ended'))
  })

  it('says it once to each of 200 orders while the shop fails half the time, and never answers itself', async () => {
    const random = seeded(3)
    const troubles = ['reset', 'lose-answer', 500, 502, 503] as const
    const fail = () => {
      told.shop.faults.clear()
      for (const calls of [notes, puts, reads].filter(() => random.next() < 0.5)) {
        const trouble = random.pick<(typeof troubles)[number]>(troubles)
        const fault: RestFault = typeof trouble === 'number' ? { kind: 'page', status: trouble } : { kind: trouble }
        told.shop.faults.rest(fault, calls)
      }
    }
    for (let sale = 0; sale < 200; sale += 1) {
      const order = await told.sell()
      const echoes = await tellAll(order, fail)
      told.shop.faults.clear()
      echoes.push(...(await tellAll(order)))
      expect({ echoes, notes: await told.notesOf(order) }).toEqual({ echoes: [order], notes: once })
    }
    expect(told.written.length).toBeGreaterThanOrEqual(200)
    expect(await told.conservation()).toMatchObject({ due: 0, waiting: 0, dead: 0 })
  }, 120_000)
})
