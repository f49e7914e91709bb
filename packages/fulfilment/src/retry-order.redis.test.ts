import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { itemId, readOrder, type FailureCode, type WakeUp } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { retryOrder } from './retry-order.ts'

let server: EmbeddedRedis
let redis: Redis
let ledger: RedisLedger
let woken: string[]
let tests = 0

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})
beforeEach(() => {
  tests += 1
  ledger = createLedger(redis, `{retry-${tests}}:`)
  woken = []
})

const order = anOrder()
const id = itemId({ kind: 'order', ...order })

const wake = async (due: readonly WakeUp[]) => void woken.push(...due.map(({ item }) => itemId(item)))

function retry() {
  return retryOrder({ ledger, wake })({ ref: order, by: 'ops' })
}

async function sell(): Promise<string> {
  const { wakeUps } = await ledger.applySnapshot(anOffer(order))
  return wakeUps.map(({ item }) => itemId(item)).find((name) => name.startsWith('seat-')) ?? ''
}

async function kill(item: string, code: FailureCode): Promise<void> {
  const generation = (await ledger.itemStatus(item))?.generation ?? 0
  await ledger.fileFailure({ id: item, generation, code, permanent: true, backoff: readOrder.backoff, random: 0 })
}

describe('retryOrder', () => {
  it('reads an order at rest again, once however often it is asked', async () => {
    await sell()
    await retry()
    await retry()
    expect(woken).toEqual([id])
    expect(await ledger.itemStatus(id)).toEqual({ generation: 1, status: 'due' })
  })

  it('opens a seat that is dead, with the order behind it', async () => {
    const seat = await sell()
    await kill(seat, 'LMS_COURSE_UNKNOWN')
    expect(await retry()).toEqual({ replayed: [seat], left: [] })
    expect(woken.toSorted()).toEqual([id, seat].toSorted())
    expect(await ledger.conservation()).toMatchObject({ dead: 0 })
  })

  it('lets the next reading of a held order through', async () => {
    await ledger.noteHint(order, 'action')
    await kill(id, 'ORDER_HELD')
    expect(await retry()).toEqual({ replayed: [id], left: [] })
    expect(await redis.hget(`{retry-${tests}}:item:${id}`, 'released')).toBe('1')
  })

  it('leaves alone what was given up by hand', async () => {
    const seat = await sell()
    await kill(seat, 'LMS_COURSE_UNKNOWN')
    await ledger.discard({ id: seat, generation: null, by: 'ops', reason: 'refunded by hand' })
    await retry()
    expect(await ledger.itemStatus(seat)).toMatchObject({ status: 'settled' })
  })

  it('stands in the record each time', async () => {
    await sell()
    await retry()
    await retry()
    const [last, first] = await ledger.operatorActions({ sinceMs: 0, limit: 9 })
    expect([first, last]).toMatchObject([
      { by: 'ops', action: 'retry', on: id },
      { by: 'ops', action: 'retry', on: id },
    ])
  })
})
