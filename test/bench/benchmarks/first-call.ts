import { setInterval as every, setTimeout as pause } from 'node:timers/promises'
import { Queue } from 'bullmq'
import got from 'got'
import { Agent } from 'node:http'
import { until } from '../../e2e/until.ts'
import type { Benchmark, Comparison } from '../comparison.ts'
import { burst } from '../load.ts'
import { makeOrders, requestOf, type BenchOrder } from '../orders.ts'
import { openRig, type Rig } from '../rig.ts'
import { quantile } from '../statistics.ts'

const everyMs = 50
const ordersPerRound = 100

/** G8: how long after the webhook the LMS hears of it, when little is going on. */
export const firstCall: Benchmark = {
  name: 'first-call',
  about: 'G8: webhook to first LMS call at 20 orders a second, against one add and one LMS call in a row',
  run: async ({ rounds, profiles }) => {
    const rig = await openRig(profiles)
    try {
      const ingress = await rig.startIngress()
      await rig.startWorker(10)
      const floor = openFloor(rig)
      await oneRound(rig, ingress, floor.takeMs)
      const measured = []
      for (let round = 0; round < rounds; round += 1) measured.push(await oneRound(rig, ingress, floor.takeMs))
      await floor.close()
      return [compare(measured, 'p50', 0.5, { atMost: 2.5 }), compare(measured, 'p99', 0.99, null)]
    } finally {
      await rig.close()
    }
  },
}

/** Milliseconds of each order, and of each add and call done half-way between two orders. */
interface Round {
  readonly ours: readonly number[]
  readonly baseline: readonly number[]
}

async function oneRound({ lms }: Rig, ingress: string, floorMs: () => Promise<number>): Promise<Round> {
  const orders = makeOrders('oneCourse', ordersPerRound)
  const sentAt = new Map<string, number>()
  const baseline: number[] = []
  const waiting = orders.values()
  const sent: Promise<unknown>[] = []
  for await (const _ of every(everyMs)) {
    const { value: order, done } = waiting.next()
    if (done === true) break
    sentAt.set(order.email, performance.now())
    sent.push(post(ingress, order))
    await pause(everyMs / 2)
    baseline.push(await floorMs())
  }
  await Promise.all(sent)
  await until('the LMS has heard of every order', () => orders.every(({ email }) => lms.firstCalls.has(email)))
  return { ours: [...sentAt].map(([email, atMs]) => (lms.firstCalls.get(email) ?? Number.NaN) - atMs), baseline }
}

/** Over a connection of its own, as shops send. */
function post(ingress: string, order: BenchOrder): Promise<unknown> {
  return burst(ingress, [requestOf(order)], { connections: 1, status: 200 })
}

/** The least that stands between the two: a small job added, then one call over a kept connection. */
function openFloor({ redisUrl, lms }: Rig) {
  const queue = new Queue('floor', { connection: { path: redisUrl } })
  const agent = { http: new Agent({ keepAlive: true }) }
  const options = { agent, retry: { limit: 0 } } as const
  return {
    takeMs: async () => {
      const startedMs = performance.now()
      await queue.add('wake', { v: 1, lms: 'campus', padding: 'x'.repeat(250) })
      await got(`${lms.url}/api/user/v1/accounts?email=nobody@example.org`, options).json()
      return performance.now() - startedMs
    },
    close: async () => {
      await queue.close()
      agent.http.destroy()
    },
  }
}

function compare(rounds: readonly Round[], name: string, share: number, goal: Comparison['goal']): Comparison {
  const of = (side: keyof Round) => rounds.map((round) => quantile(round[side], share))
  return {
    id: 'G8',
    unit: 'ms',
    ours: { what: `webhook to first LMS call, ${name}`, rounds: of('ours') },
    baseline: { what: `one add, one LMS call, ${name}`, rounds: of('baseline') },
    goal,
  }
}
