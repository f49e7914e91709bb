import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { seeded } from '../faults/random.ts'
import { failHalfTheTime, tellAll } from './echo.ts'
import { startToldShop, type ToldShop } from './told-shop.ts'

const at = useLedger()
let told: ToldShop

beforeEach(async () => {
  told = await startToldShop(at.redis, at.prefix)
})
afterEach(() => told.stop())

const notes = { method: 'POST', path: /\/notes$/, times: 1 }
const puts = { method: 'PUT', times: 1 }
const once = [expect.stringMatching(/^Seatkeeper #1: /)]

describe('telling a shop over its REST API', () => {
  it('adds a note, completes the order, and hears of it once', async () => {
    const order = await told.sell()
    expect(await tellAll(told, order)).toEqual([order])
    expect(told.shop.order(order).status).toBe('completed')
    expect(await told.notesOf(order)).toEqual(once)
  })

  it.each([
    ['a note', notes],
    ['a status', puts],
  ])('repeats nothing when the answer to %s is lost', async (_what, scope) => {
    const order = await told.sell()
    told.shop.faults.rest({ kind: 'lose-answer' }, scope)
    expect(await tellAll(told, order)).toEqual([order])
    expect(await told.notesOf(order)).toEqual(once)
    expect(told.written).toHaveLength(1)
  })

  it('leaves an order to the staff that has a book to ship', async () => {
    const order = await told.sell([{ name: 'Textbook', sku: 'BOOK-1', virtual: false }])
    expect(await tellAll(told, order)).toEqual([])
    expect(told.shop.order(order).status).toBe('processing')
    expect(await told.notesOf(order)).toEqual(once)
  })

  it('puts a status back that overtook a refund, and the seat ends', async () => {
    const order = await told.sell()
    const [line = { id: 0 }] = told.shop.order(order).line_items
    told.beforeWriting.push(() => told.shop.refund(order, { lines: [{ line: line.id, quantity: 1 }] }))
    await tellAll(told, order)
    expect(told.refunded).toEqual([String(order)])
    expect(told.shop.order(order).status).toBe('processing')
    expect(await told.notesOf(order)).toContainEqual(expect.stringContaining('access ended'))
  })

  it('says it once to each of 200 orders while the shop fails half the time, and never answers itself', async () => {
    const random = seeded(3)
    for (let sale = 0; sale < 200; sale += 1) {
      const order = await told.sell()
      const echoes = await tellAll(told, order, () => failHalfTheTime(told, random))
      told.shop.faults.clear()
      echoes.push(...(await tellAll(told, order)))
      expect({ echoes, notes: await told.notesOf(order) }).toEqual({ echoes: [order], notes: once })
    }
    expect(told.written.length).toBeGreaterThanOrEqual(200)
    expect(await told.conservation()).toMatchObject({ due: 0, waiting: 0, dead: 0 })
  }, 120_000)
})
