import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { failures, itemId, type ItemState } from '@seatkeeper/core'
import { anItem, createMemoryAgenda } from './agenda.fixture.ts'
import { openServer, type Bench } from './bench.fixture.ts'
import { letterId, letterOf } from './dead-letter.ts'

const dead = (n: number, generation = 1) =>
  anItem(n, {
    status: 'dead',
    generation,
    failure: { code: 'LMS_MODE_UNAVAILABLE', atMs: 9 },
    attempts: [{ atMs: 8, code: 'LMS_ERROR', nextInMs: 1000 }],
    replays: [{ atMs: 7, by: 'operator', ofGeneration: 1, ofCode: null }],
  })
let host: Awaited<ReturnType<typeof openServer>>
let bench: Bench

beforeAll(async () => {
  host = await openServer()
})
afterAll(() => host.stop())
beforeEach(async () => {
  bench = await host.bench()
})
afterEach(() => bench.close())

describe('letterOf', () => {
  it('says what an operator needs: code, verdict, advice and history', () => {
    const { verdict, advice } = failures.LMS_MODE_UNAVAILABLE
    expect(letterOf(dead(1, 2))).toEqual({
      v: 1,
      item: itemId(dead(1).item),
      kind: 'seat',
      change: null,
      lane: 'enroll.campus',
      generation: 2,
      code: 'LMS_MODE_UNAVAILABLE',
      verdict,
      advice,
      diedAtMs: 9,
      attempts: dead(1).attempts,
      replays: dead(1).replays,
    })
  })
})

describe('createDeadLetters', () => {
  it('shows a dead item once, however often it is added', async () => {
    await bench.deadLetters.add(dead(1))
    await bench.deadLetters.add(dead(1))
    expect(await sync(dead(1))).toEqual({ added: 0, removed: 0 })
  })

  it('names a letter by item and generation', () => {
    expect(letterId(dead(1, 3))).toBe(`dead-${itemId(dead(1).item)}-g3`)
  })

  it('adds what is missing and removes the rest', async () => {
    await bench.deadLetters.add(dead(1))
    expect(await sync(dead(1, 2), dead(2))).toEqual({ added: 2, removed: 1 })
    expect(await sync()).toEqual({ added: 0, removed: 2 })
  })

  it('shows thousands, and takes them away', async () => {
    const many = Array.from({ length: 1234 }, (_, index) => dead(index))
    expect(await sync(...many)).toEqual({ added: 1234, removed: 0 })
    expect(await sync(...many)).toEqual({ added: 0, removed: 0 })
    expect(await sync(dead(7))).toEqual({ added: 0, removed: 1233 })
  })
})

const sync = (...items: readonly ItemState[]) => bench.deadLetters.sync(createMemoryAgenda(items).agenda)
