import { acceptNews } from '@seatkeeper/fulfilment'
import { createLedger } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps } from '@seatkeeper/queue'
import { newsOf } from '@seatkeeper/woocommerce'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { interleave, type Benchmark } from '../comparison.ts'
import { policy, makeOrders, store, type BenchOrder } from '../orders.ts'
import { openRig, type Rig } from '../rig.ts'

const count = 1000

/** G10: what an order costs in memory while it waits; ours includes the ledger's own record of it, which stays. */
export const redisBytes: Benchmark = {
  name: 'redis-bytes',
  about: 'G10: Redis bytes of a waiting order against a job per line with the whole order, and against its body',
  run: async ({ rounds }) => {
    const rig = await openRig()
    try {
      // Redis keeps our scripts and buffers from here on, so no round pays for them.
      await accept(rig, makeOrders('twoCoursesAndAShirt', 1))
      const numbers = await interleave(rounds, {
        ours: () => bytesPerOrder(rig.redis, (orders) => accept(rig, orders)),
        baseline: () => bytesPerOrder(rig.redis, (orders) => addWholeOrders(rig, orders)),
      })
      const [order] = makeOrders('twoCoursesAndAShirt', 1)
      const bodies = numbers.ours.map(() => order?.body.length ?? Number.NaN)
      const ours = { what: 'order of two seats waiting', rounds: numbers.ours }
      const naive = { what: 'two jobs with the whole order', rounds: numbers.baseline }
      return [
        { id: 'G10', unit: 'B', ours, baseline: naive, goal: { atMost: 0.1 } },
        { id: 'G10', unit: 'B', ours, baseline: { what: 'body of the order', rounds: bodies }, goal: { atMost: 0.25 } },
      ]
    } finally {
      await rig.close()
    }
  },
}

async function bytesPerOrder(redis: Redis, keep: (orders: readonly BenchOrder[]) => Promise<void>): Promise<number> {
  await redis.flushall()
  const before = await usedMemory(redis)
  await keep(makeOrders('twoCoursesAndAShirt', count))
  return ((await usedMemory(redis)) - before) / count
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
}

/** What the ingress does with authentic webhooks. */
async function accept({ redis }: Rig, orders: readonly BenchOrder[]): Promise<void> {
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError: rethrow })
  const offer = acceptNews({
    ledger: createLedger(redis),
    policyOf: () => policy,
    wake: (due) => wakeUps.wake(due),
    onWakeFailed: rethrow,
  })
  for (const { body } of orders) {
    const result = await offer(newsOf({ body, contentType: 'application/json', topic: 'order.created' }, store))
    if (result !== 'applied') throw new Error(`an order was ${result}`)
  }
  await wakeUps.close()
}

function rethrow(error: unknown): never {
  throw error
}

/** The simple way: each line that sells a course is a job, and carries the order. */
async function addWholeOrders({ redis }: Rig, orders: readonly BenchOrder[]): Promise<void> {
  const queue = new Queue('lines', { connection: redis })
  for (const { body } of orders) {
    const order = JSON.parse(body.toString()) as { readonly line_items: readonly { readonly sku: string }[] }
    const lines = order.line_items.filter(({ sku }) => sku.startsWith('course-v1:'))
    await queue.addBulk(lines.map((line) => ({ name: 'line', data: { line, order }, opts: { attempts: 5 } })))
  }
  await queue.close()
}
