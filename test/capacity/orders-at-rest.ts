import { enrollSeat, LmsId, type SeatId, type WakeUp } from '@seatkeeper/core'
import { acceptNews, settleSeat } from '@seatkeeper/fulfilment'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps, type WakeUps } from '@seatkeeper/queue'
import { startRedis } from '@seatkeeper/simulators'
import { newsOf } from '@seatkeeper/woocommerce'
import { Redis } from 'ioredis'
import { makeOrders, policy, store } from '../bench/orders.ts'
import { createGenerousLms } from './generous-lms.ts'

/** A title and what was measured, with its unit. */
export type Figure = readonly [string, string]

const lms = LmsId.parse('campus')
const atATime = 10

/** Orders of one course each, by a learner of their own: while they wait, and once they are settled and their jobs are gone. */
export async function measureOrders(count: number): Promise<readonly Figure[]> {
  const server = await startRedis({ arguments: ['--appendonly', 'no'] })
  const redis = new Redis(server.url)
  const ledger = createLedger(redis)
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError: rethrow })
  try {
    await fill(ledger, wakeUps, 1)
    const empty = await standing(redis)
    const due = await fill(ledger, wakeUps, count)
    const waiting = await standing(redis)
    const kept = costs(count, empty, waiting)
    const swept = await shortestMs(() => ledger.sweep(`enroll.${lms}`, 1000))
    const before = await standing(redis)
    await settleAll(ledger, due)
    const settled = costs(count, before, await standing(redis))
    await removeJobs(redis)
    const rest = await standing(redis)
    const { settled: settledItems } = await ledger.conservation()
    if (settledItems < count) throw new Error(`${settledItems} of ${count} seats were settled`)
    return [
      [`an order of one seat that waits`, `${per(count, waiting.bytes - empty.bytes)} B`],
      [`the same settled, its job gone`, `${per(count, rest.bytes - empty.bytes)} B`],
      [`keys of an order at rest`, ((rest.keys - empty.keys) / count).toFixed(1)],
      [`CPU to keep an order: Node, Redis`, kept],
      [`CPU to settle its seat: Node, Redis`, settled],
      [`sweep of a lane with ${count} due`, `${swept} ms`],
      [`count of ${count} orders`, `${await shortestMs(() => ledger.conservation())} ms`],
      [`backlog of ${count} orders`, `${await shortestMs(() => ledger.backlog())} ms`],
      [`sweep of a lane with nothing due`, `${await shortestMs(() => ledger.sweep(`enroll.${lms}`, 1000))} ms`],
    ]
  } finally {
    await wakeUps.close()
    redis.disconnect()
    await server.stop()
  }
}

async function fill(ledger: RedisLedger, wakeUps: WakeUps, count: number): Promise<readonly WakeUp[]> {
  const due: WakeUp[] = []
  const wake = async (some: readonly WakeUp[]) => {
    due.push(...some)
    await wakeUps.wake(some)
  }
  const offer = acceptNews({ ledger, policyOf: () => policy, wake, onWakeFailed: rethrow })
  await inTurns(makeOrders('oneCourse', count), async ({ body }) => {
    const result = await offer(newsOf({ body, contentType: 'application/json', topic: 'order.created' }, store))
    if (result !== 'applied') throw new Error(`an order was ${result}`)
  })
  return due
}

async function settleAll(ledger: RedisLedger, due: readonly WakeUp[]): Promise<void> {
  const patience = { firstLookMs: 1000, maxLookMs: 10_000, patienceMs: 60_000 }
  const run = settleSeat({
    ledger,
    lms: createGenerousLms(),
    patience,
    policy: { closedCourse: 'refuse', lastClaimGone: 'deactivate' },
    wake: () => Promise.resolve(),
  })
  const seats = due.flatMap(({ item, generation }): { seat: SeatId; generation: number }[] =>
    item.kind === 'seat' ? [{ seat: item.seat, generation }] : [],
  )
  await inTurns(seats, async ({ seat, generation }) => {
    const data = enrollSeat.data.parse({ v: 1, lms, seat, generation })
    await run(data, { signal: AbortSignal.timeout(60_000) })
  })
}

async function removeJobs(redis: Redis): Promise<void> {
  const names = await redis.keys(`${bullPrefix}:*`)
  for (let from = 0; from < names.length; from += 1000) await redis.del(...names.slice(from, from + 1000))
}

interface Standing {
  readonly bytes: number
  readonly keys: number
  /** Seconds. */
  readonly redisCpu: number
  readonly ourCpu: number
}

async function standing(redis: Redis): Promise<Standing> {
  const info = await redis.info()
  const field = (name: string) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1])
  const { user, system } = process.cpuUsage()
  return {
    bytes: field('used_memory'),
    keys: await redis.dbsize(),
    redisCpu: field('used_cpu_user') + field('used_cpu_sys'),
    ourCpu: (user + system) / 1e6,
  }
}

function costs(count: number, from: Standing, to: Standing): string {
  const micros = (seconds: number) => ((seconds * 1e6) / count).toFixed(0)
  return `${micros(to.ourCpu - from.ourCpu)} µs, ${micros(to.redisCpu - from.redisCpu)} µs`
}

/** Of twenty times: what else the machine does only makes it longer. */
async function shortestMs(act: () => Promise<unknown>): Promise<string> {
  const times: number[] = []
  for (let round = 0; round < 20; round += 1) {
    const begunMs = performance.now()
    await act()
    times.push(performance.now() - begunMs)
  }
  return Math.min(...times).toFixed(1)
}

async function inTurns<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += atATime) await Promise.all(items.slice(from, from + atATime).map(act))
}

function per(count: number, bytes: number): string {
  return (bytes / count).toFixed(0)
}

function rethrow(error: unknown): never {
  throw error
}
