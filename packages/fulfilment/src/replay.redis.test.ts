import { beforeEach, describe, expect, it } from '@jest/globals'
import { itemId, OrderId, readOrder, type WakeUp } from '@seatkeeper/core'
import { anOrder } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { countByCode, replay } from './replay.ts'

const at = useLedger()
let woken: WakeUp[]

beforeEach(() => {
  woken = []
})

const fast = { filter: {}, by: 'ops', perSecond: 1000 }

function parts() {
  return { agenda: at.ledger, wake: async (wakeUps: readonly WakeUp[]) => void woken.push(...wakeUps) }
}

async function kill(orders: number): Promise<void> {
  for (let order = 1; order <= orders; order += 1) {
    await at.ledger.noteHint(anOrder({ order: OrderId.parse(`${order}`) }), 'action')
    const filing = { id: `order-shop-${order}`, generation: 1, code: 'STORE_ANSWER_UNREADABLE', random: 0 } as const
    await at.ledger.fileFailure({ ...filing, permanent: true, backoff: readOrder.backoff })
  }
}

async function replaysOfAll(orders: number) {
  const states = await Promise.all(
    Array.from({ length: orders }, (_, index) => at.ledger.readItem(`order-shop-${index + 1}`)),
  )
  return states.map((state) => state?.replays)
}

describe('replay of many', () => {
  it('does each once when two press at once, and chains every one', async () => {
    await kill(100)
    const both = await Promise.all([replay(parts())(fast), replay(parts())({ ...fast, by: 'others' })])
    const replayed = both.flatMap((one) => one.replayed)
    expect(new Set(replayed).size).toBe(100)
    expect(replayed).toHaveLength(100)
    expect(both.map((one) => one.replayed.length + one.left.length)).toEqual([100, 100])
    expect(woken.map(({ item }) => itemId(item)).toSorted()).toEqual(replayed.toSorted())
    for (const chain of await replaysOfAll(100)) expect(chain).toMatchObject([{ ofGeneration: 1 }])
  })

  it('does not try again what failed while a second press was still at work', async () => {
    await kill(2)
    const first = await at.ledger.dead()
    const stale = { ...at.ledger, dead: async () => first }
    await replay(parts())(fast)
    const filing = { id: 'order-shop-1', generation: 2, code: 'STORE_ANSWER_UNREADABLE', random: 0 } as const
    await at.ledger.fileFailure({ ...filing, permanent: true, backoff: readOrder.backoff })
    expect(await replay({ ...parts(), agenda: stale })(fast)).toMatchObject({ replayed: [] })
    expect(await at.ledger.conservation()).toMatchObject({ dead: 1, due: 1 })
  })

  it('leaves the rest dead when it is stopped half-way, and a second run ends it', async () => {
    await kill(50)
    const stop = new AbortController()
    const half = replay(parts())({
      ...fast,
      onProgress: ({ done, of }) => done === of / 2 && stop.abort(new Error('killed')),
      signal: stop.signal,
    })
    await expect(half).rejects.toThrow('killed')
    expect(await at.ledger.conservation()).toMatchObject({ dead: 25, due: 25 })
    expect((await replay(parts())(fast)).replayed).toHaveLength(25)
    for (const chain of await replaysOfAll(50)) expect(chain).toMatchObject([{ ofGeneration: 1 }])
  })

  it('keeps to the rate, however many replay at a time', async () => {
    await kill(60)
    const startedMs = performance.now()
    const halves = [1, 31].map((from) => Array.from({ length: 30 }, (_, index) => `order-shop-${from + index}`))
    await Promise.all(halves.map((items) => replay(parts())({ ...fast, filter: { items }, perSecond: 30 })))
    expect(performance.now() - startedMs).toBeGreaterThan(800)
    expect(woken).toHaveLength(60)
  })

  it('counts by code for a preview', async () => {
    await kill(3)
    await at.ledger.noteHint(anOrder({ order: OrderId.parse('9') }), 'action')
    const filing = { id: 'order-shop-9', generation: 1, code: 'ORDER_HELD', permanent: true, random: 0 } as const
    await at.ledger.fileFailure({ ...filing, backoff: readOrder.backoff })
    expect(countByCode(await at.ledger.dead())).toEqual([
      ['STORE_ANSWER_UNREADABLE', 3],
      ['ORDER_HELD', 1],
    ])
  })
})
