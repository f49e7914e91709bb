import { setTimeout as pause } from 'node:timers/promises'
import { isConserved } from '@seatkeeper/core'
import { quantile } from '../bench/statistics.ts'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { webhookSecret } from '../e2e/site.ts'
import { repeatedEffects, untilCalm } from './calm.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { seeded, type Random } from './random.ts'
import { openSales, type Sales } from './sales.ts'
import { createSender, type Sender } from './sender.ts'
import { followTakeovers, type Takeovers } from './takeovers.ts'

/** Acknowledgements are counted on the sender's side, once the status line is read; an order whose answer never came is in no column. */
export const ackKill: FaultTest = {
  name: 'ack-kill',
  promise:
    'SIGKILL of ingress, workers and Redis while orders stream in; nothing acknowledged may be lost or done twice',
  run: (run) => killAndCount(run),
  control: {
    without: 'the sweep',
    run: (run) => killAndCount(run, 'test/faults/worker-without-sweep.ts'),
  },
}

const sizes = { small: { orders: 200, kills: 6 }, full: { orders: 4000, kills: 50 } } as const

/** Whom SIGKILL meets; each as likely, so workers more often than the rest. */
const victims = ['ingress', 'redis', 'enroll', 'orders', 'revoke', 'ingress', 'redis'] as const
type Victim = (typeof victims)[number]

const refundedEvery = 10
const sendersAtOnce = 10
/** About what a crash, the restart and the pause after it take; orders stream in all the while. */
const msPerKill = 2500
/** Of each call to the LMS, so that who is killed has something in hand. */
const callMs = 50
const restWithinMs = 60_000
const rerunWithinMs = 35_000

/** @param workerScript what workers run; the product's own main file unless given. */
async function killAndCount({ scale, seed, say }: FaultRun, workerScript?: string): Promise<FaultReport> {
  const { orders, kills } = sizes[scale]
  const system = await startSystemProcesses(workerScript === undefined ? {} : { workerScript })
  const takeovers = followTakeovers(system.redis.url)
  try {
    const random = seeded(seed)
    system.campus.faults.add({ route: 'any', kind: 'delay', delayMs: callMs })
    const sales = openSales(system, orders)
    const sender = createSender(`${system.process('ingress').url}/webhooks/shop`, webhookSecret)
    const pacePerSaleMs = (kills * msPerKill * sendersAtOnce) / orders
    const streaming = stream({ system, sender, sales, orders, pacePerSaleMs, random, say })
    const killed = await killAtRandom(system, { kills, random, until: streaming, takeovers, say })
    const outcome = await streaming
    sender.close()
    const acknowledged = outcome.paid.size + outcome.refunded.size
    say(`  sent ${outcome.sent}, acknowledged ${acknowledged}; waiting for calm`)
    const calmMs = performance.now()
    const conservation = await untilCalm(system.redis.url, say)
    const restMs = performance.now() - calmMs
    const rerun = rerunsIn(takeovers.tookMs())
    return {
      load: `${outcome.sent} webhooks sent, ${acknowledged} acknowledged`,
      faults: inWords(killed),
      lost: lostOrders(sales, outcome).map((order) => `order ${order}`),
      duplicated: repeatedEffects(system.campus),
      broken: [
        ...(isConserved(conservation) && conservation.due === 0
          ? []
          : ['the agenda did not come to rest, or its count is not even']),
        ...(restMs > restWithinMs ? [`all was at rest only ${inSeconds(restMs)} after the last kill`] : []),
        ...rerun.broken,
      ],
      worstAnswerMs: Math.round(outcome.worstAnswerMs),
      figures: {
        agenda: inWords({ ...conservation }),
        'at rest': `after ${inSeconds(restMs)}`,
        'run again': rerun.figure,
      },
    }
  } finally {
    await takeovers.close()
    await system.close()
  }
}

function inWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/** @param tookMs from a crash until somebody had again what was in hand. */
function rerunsIn(tookMs: readonly number[]) {
  if (tookMs.length === 0) return { broken: [], figure: 'nothing was in hand' }
  const p99Ms = quantile(tookMs, 0.99)
  return {
    broken: p99Ms > rerunWithinMs ? [`what crashed workers had in hand ran again only after ${inSeconds(p99Ms)}`] : [],
    figure: `${tookMs.length} jobs of crashed workers, median ${inSeconds(quantile(tookMs, 0.5))}, p99 ${inSeconds(p99Ms)}`,
  }
}

/** What the sender was told. */
interface Outcome {
  sent: number
  worstAnswerMs: number
  /** Orders whose payment was acknowledged. */
  readonly paid: Set<number>
  /** Orders whose refund was acknowledged, and those of which we cannot know. */
  readonly refunded: Set<number>
  readonly unknown: Set<number>
}

interface Stream {
  readonly system: SystemProcesses
  readonly sender: Sender
  readonly sales: Sales
  readonly orders: number
  /** On average, between two orders of one seller. */
  readonly pacePerSaleMs: number
  readonly random: Random
  readonly say: (text: string) => void
}

async function stream({ system, sender, sales, orders, pacePerSaleMs, random, say }: Stream): Promise<Outcome> {
  const outcome: Outcome = { sent: 0, worstAnswerMs: 0, paid: new Set(), refunded: new Set(), unknown: new Set() }
  let next = 0
  const told = async (order: number): Promise<boolean> => {
    const { status, tookMs } = await sender.send(order, JSON.stringify(system.shop.order(order)))
    outcome.sent += 1
    outcome.worstAnswerMs = Math.max(outcome.worstAnswerMs, tookMs)
    if (outcome.sent % 500 === 0) say(`  sent ${outcome.sent}`)
    if (status === null) outcome.unknown.add(order)
    return status === 200
  }
  const sellOne = async (index: number) => {
    const order = sales.next()
    if (await told(order)) outcome.paid.add(order)
    if (index % refundedEvery !== 0) return
    system.shop.refund(order, { amount: system.shop.order(order).total })
    if (await told(order)) outcome.refunded.add(order)
    else outcome.unknown.add(order)
  }
  const seller = async () => {
    while (next < orders) {
      next += 1
      await sellOne(next - 1)
      await pause(random.between(0, Math.round(2 * pacePerSaleMs)))
    }
  }
  await Promise.all(Array.from({ length: sendersAtOnce }, seller))
  return outcome
}

interface Killing {
  readonly kills: number
  readonly random: Random
  readonly until: Promise<unknown>
  readonly takeovers: Takeovers
  readonly say: (text: string) => void
}

async function killAtRandom(
  system: SystemProcesses,
  { kills, random, until, takeovers, say }: Killing,
): Promise<Record<Victim, number>> {
  const killed = { ingress: 0, redis: 0, enroll: 0, orders: 0, revoke: 0 }
  const streaming = { isOver: false }
  void until.finally(() => {
    streaming.isOver = true
  })
  const count = () => Object.values(killed).reduce((sum, times) => sum + times, 0)
  while (!streaming.isOver || count() < kills) {
    await pause(random.between(200, 1200))
    const victim = random.pick(victims)
    await crash(system, takeovers, victim)
    killed[victim] += 1
    if (count() % 10 === 0) say(`  killed ${count()}`)
  }
  return killed
}

async function crash(system: SystemProcesses, takeovers: Takeovers, victim: Victim): Promise<void> {
  if (victim === 'redis') {
    await system.redis.kill()
    return system.redis.restart()
  }
  await system.kill(victim, 'SIGKILL')
  if (victim !== 'ingress') await takeovers.note(victim)
  await system.restart(victim)
}

function lostOrders(sales: Sales, { paid, refunded, unknown }: Outcome): readonly number[] {
  const judged = [...paid].filter((order) => refunded.has(order) || !unknown.has(order))
  return judged.filter((order) => sales.isHeld(order) === refunded.has(order))
}
