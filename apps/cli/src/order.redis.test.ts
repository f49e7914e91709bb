import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { CourseMode, SeatId } from '@seatkeeper/core'
import { openDesk, type Desk } from './desk.fixture.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
beforeEach(() => desk.empty())
afterAll(() => desk.close())

describe('seatkeeper order show', () => {
  it('tells the state of an order, its seats, and what happened to both', async () => {
    const seat = await desk.sell()
    const lines = (await desk.seatkeeper('order', 'show', 'shop', '1001')).split('\n')
    expect(lines[0]).toMatch(/^Order 1001 of shop: processing, modified .* UTC; its reading is settled$/)
    expect(lines.find((line) => line.startsWith(seat))).toMatch(
      /course-v1:DemoU\+CS101\+2026 +campus +verified +not yet +due/,
    )
    expect(lines.filter((line) => /^\d{4}-/.test(line))).not.toEqual([])
  })

  it('shows what the LMS was seen to hold, and why a seat is dead', async () => {
    const seat = await desk.sell()
    const id = SeatId.parse(seat.slice('seat-'.length))
    await desk.ledger.recordApplied(id, { isActive: true, mode: CourseMode.parse('audit') })
    await desk.fail(seat, 'LMS_MODE_UNAVAILABLE')
    expect(await desk.seatkeeper('order', 'show', 'shop', '1001')).toMatch(/verified +audit +LMS_MODE_UNAVAILABLE/)
    expect(await seatsOf('1001')).toMatchObject([{ seat: id, status: 'LMS_MODE_UNAVAILABLE' }])
  })

  it('wants nothing of a seat once its order is refunded', async () => {
    await desk.sell()
    await desk.sell({ status: 'refunded', access: 'withdrawn', fullyRefunded: true, modifiedAtMs: Date.now() - 1000 })
    expect(await desk.seatkeeper('order', 'show', 'shop', '1001')).toMatch(/campus +none +not yet +due/)
    expect(await seatsOf('1001')).toMatchObject([{ wanted: { isActive: false } }])
  })

  it.each([[[]], [['--json']]])('names no person and repeats nobody’s words, with options %j', async (options) => {
    const seat = await desk.sell()
    await desk.ledger.noteWords(seat, 'no user ada@example.org')
    await desk.ledger.noteWords('order-shop-1001', 'billed to ada@example.org')
    const text = await desk.seatkeeper('order', 'show', 'shop', '1001', ...options)
    expect(text).toContain('1001')
    expect(text).not.toMatch(/ada|example\.org|billed/)
  })

  it('says in one sentence that an order is not known', async () => {
    await expect(desk.seatkeeper('order', 'show', 'shop', '999')).rejects.toThrow(
      /^Order 999 of shop is not known here: .*\.$/,
    )
  })

  it.each([
    ['Shop', '12', 'Shop cannot be the name of a store: '],
    ['shop', '12x', '12x cannot be the number of an order; '],
  ])('refuses %s %s', async (store, order, sentence) => {
    await expect(desk.seatkeeper('order', 'show', store, order)).rejects.toThrow(sentence)
  })
})

const retry = (...options: readonly string[]) => desk.seatkeeper('order', 'retry', 'shop', '1001', ...options)

describe('seatkeeper order retry', () => {
  it('has the order read again, and what is dead of it tried again', async () => {
    const seat = await desk.sell()
    await desk.fail(seat, 'LMS_COURSE_UNKNOWN')
    expect(await retry()).toBe(
      `Order 1001 of shop is being read again; order show tells what comes of it.\n${seat} was dead and is being tried again`,
    )
    expect(await statuses(seat, 'order-shop-1001')).toEqual(['due', 'due'])
    expect(await desk.seatkeeper('operator-log', 'list')).toMatch(/retry +order-shop-1001 +dead: 1$/)
  })

  it('can be asked twice', async () => {
    const seat = await desk.sell()
    await desk.fail(seat, 'LMS_COURSE_UNKNOWN')
    const answers = [await retry('--json'), await retry('--json')].map((text): unknown => JSON.parse(text))
    expect(answers).toEqual([
      { store: 'shop', order: '1001', replayed: [seat] },
      { store: 'shop', order: '1001', replayed: [] },
    ])
    expect(await desk.ledger.itemStatus('order-shop-1001')).toEqual({ generation: 2, status: 'due' })
  })

  it('reads an order of a known store that nobody told of', async () => {
    await desk.sell()
    expect(await desk.seatkeeper('order', 'retry', 'shop', '77')).toMatch(/^Order 77 of shop is being read again;/)
    expect(await statuses('order-shop-77')).toEqual(['due'])
  })

  it('refuses a store that nobody has, and writes nothing', async () => {
    await desk.sell()
    await expect(desk.seatkeeper('order', 'retry', 'shp', '77')).rejects.toThrow(
      'No store shp is known here; there are shop.',
    )
    expect(await desk.ledger.itemStatus('order-shp-77')).toBeUndefined()
  })
})

async function statuses(...ids: readonly string[]) {
  const found = await Promise.all(ids.map((id) => desk.ledger.itemStatus(id)))
  return found.map((item) => item?.status)
}

async function seatsOf(order: string): Promise<unknown> {
  const { seats } = JSON.parse(await desk.seatkeeper('order', 'show', 'shop', order, '--json')) as { seats: unknown }
  return seats
}
