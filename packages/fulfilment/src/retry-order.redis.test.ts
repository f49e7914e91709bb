import { beforeEach, describe, expect, it } from '@jest/globals'
import { itemId, readOrder, type FailureCode, type WakeUp } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { retryOrder } from './retry-order.ts'

const at = useLedger()
let woken: string[]

beforeEach(() => {
  woken = []
})

const order = anOrder()
const id = itemId({ kind: 'order', ...order })

const wake = async (due: readonly WakeUp[]) => void woken.push(...due.map(({ item }) => itemId(item)))

function retry() {
  return retryOrder({ ledger: at.ledger, wake })({ ref: order, by: 'ops' })
}

async function sell(): Promise<string> {
  const { wakeUps } = await at.ledger.applySnapshot(anOffer(order))
  return wakeUps.map(({ item }) => itemId(item)).find((name) => name.startsWith('seat-')) ?? ''
}

async function kill(item: string, code: FailureCode): Promise<void> {
  const generation = (await at.ledger.itemStatus(item))?.generation ?? 0
  await at.ledger.fileFailure({ id: item, generation, code, permanent: true, backoff: readOrder.backoff, random: 0 })
}

describe('retryOrder', () => {
  it('reads an order at rest again, once however often it is asked', async () => {
    await sell()
    await retry()
    await retry()
    expect(woken).toEqual([id])
    expect(await at.ledger.itemStatus(id)).toEqual({ generation: 1, status: 'due' })
  })

  it('opens a seat that is dead, with the order behind it', async () => {
    const seat = await sell()
    await kill(seat, 'LMS_COURSE_UNKNOWN')
    expect(await retry()).toEqual({ replayed: [seat], left: [] })
    expect(woken.toSorted()).toEqual([id, seat].toSorted())
    expect(await at.ledger.conservation()).toMatchObject({ dead: 0 })
  })

  it('lets the next reading of a held order through', async () => {
    await at.ledger.noteHint(order, 'action')
    await kill(id, 'ORDER_HELD')
    expect(await retry()).toEqual({ replayed: [id], left: [] })
    expect(await at.redis.hget(`${at.prefix}item:${id}`, 'released')).toBe('1')
  })

  it('leaves alone what was given up by hand', async () => {
    const seat = await sell()
    await kill(seat, 'LMS_COURSE_UNKNOWN')
    await at.ledger.discard({ id: seat, generation: null, by: 'ops', reason: 'refunded by hand' })
    await retry()
    expect(await at.ledger.itemStatus(seat)).toMatchObject({ status: 'settled' })
  })

  it('stands in the record each time', async () => {
    await sell()
    await retry()
    await retry()
    const [last, first] = await at.ledger.operatorActions({ sinceMs: 0, limit: 9 })
    expect([first, last]).toMatchObject([
      { by: 'ops', action: 'retry', on: id },
      { by: 'ops', action: 'retry', on: id },
    ])
  })
})
