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

interface Size {
  readonly orders: number
  readonly webhooks: number
  /** At the most: where answers are slow, fewer come. */
  readonly perSecond: number
  /** At the least: killing goes on as long as webhooks come. */
  readonly kills: number
  /** After the last kill. In small, others share the machine, and what was taken over may be in hand of the next who is killed. */
  readonly restWithinMs: number
}

const sizes: Readonly<Record<FaultRun['scale'], Size>> = {
  small: { orders: 200, webhooks: 400, perSecond: 25, kills: 6, restWithinMs: 120_000 },
  full: { orders: 400, webhooks: 20_000, perSecond: 200, kills: 50, restWithinMs: 60_000 },
}

/** Whom SIGKILL meets; each as likely, so workers more often than the rest. */
const victims = ['ingress', 'redis', 'enroll', 'orders', 'revoke', 'ingress', 'redis'] as const
type Victim = (typeof victims)[number]

const refundedEvery = 10
const sendersAtOnce = 20
/** Of each call to the LMS, so that who is killed has something in hand. */
const callMs = 150
const rerunWithinMs = 35_000

/** @param workerScript what workers run; the product's own main file unless given. */
async function killAndCount({ scale, seed, say }: FaultRun, workerScript?: string): Promise<FaultReport> {
  const size = sizes[scale]
  const system = await startSystemProcesses(workerScript === undefined ? {} : { workerScript })
  const takeovers = followTakeovers(system.redis.url)
  try {
    const random = seeded(seed)
    system.campus.faults.add({ route: 'any', kind: 'delay', delayMs: callMs })
    const sales = openSales(system, size.orders)
    const sender = createSender(`${system.process('ingress').url}/webhooks/shop`, webhookSecret)
    const book = openBook(system, sales, size, random)
    const streaming = stream({ system, sender, book, size, random, say })
    const killed = await killAtRandom(system, { kills: size.kills, random, until: streaming, takeovers, say })
    const outcome = await streaming
    sender.close()
    say(`  sent ${outcome.sent}, acknowledged ${outcome.acknowledged}; waiting for calm`)
    const calmMs = performance.now()
    const conservation = await untilCalm(system.redis.url, say)
    const restMs = performance.now() - calmMs
    await takeovers.untilAllRan(rerunWithinMs)
    const rerun = rerunsIn(takeovers.tookMs())
    return {
      load: loadOf(outcome),
      faults: inWords(killed),
      lost: lostOrders(sales, book, outcome).map((order) => `order ${order}`),
      duplicated: repeatedEffects(system.campus),
      broken: [
        ...(isConserved(conservation) && conservation.due === 0
          ? []
          : ['the agenda did not come to rest, or its count is not even']),
        ...(restMs > size.restWithinMs ? [`all was at rest only ${inSeconds(restMs)} after the last kill`] : []),
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

/** The shop's orders, as they change. */
interface Book {
  /** Makes the change of which the next webhook tells, and gives its order. */
  change(index: number): number
  isRefunded(order: number): boolean
}

/** In the first round each order is placed, in each further one it is saved again; in one of those some are refunded. */
function openBook({ shop }: SystemProcesses, sales: Sales, { orders, webhooks }: Size, random: Random): Book {
  const rounds = webhooks / orders
  const refundIn = Array.from({ length: orders }, (_, which) =>
    which % refundedEvery === 0 ? random.between(1, rounds - 1) : Infinity,
  )
  const placed: number[] = []
  const refunded = new Set<number>()
  return {
    change: (index) => {
      const [round, which] = [Math.floor(index / orders), index % orders]
      const order = placed[which]
      if (order === undefined) return (placed[which] = sales.next())
      if (refundIn[which] !== round) shop.resend(order)
      else {
        shop.refund(order, { amount: shop.order(order).total })
        refunded.add(order)
      }
      return order
    },
    isRefunded: (order) => refunded.has(order),
  }
}

/** What the sender was told. */
interface Outcome {
  sent: number
  acknowledged: number
  worstAnswerMs: number
  tookMs: number
  /** Orders of which a webhook was acknowledged, and those of them of which one was since their refund. */
  readonly known: Set<number>
  readonly knownAsRefunded: Set<number>
}

interface Stream {
  readonly system: SystemProcesses
  readonly sender: Sender
  readonly book: Book
  readonly size: Size
  readonly random: Random
  readonly say: (text: string) => void
}

async function stream({ system, sender, book, size, random, say }: Stream): Promise<Outcome> {
  const { webhooks, perSecond } = size
  const [known, knownAsRefunded] = [new Set<number>(), new Set<number>()]
  const outcome: Outcome = { sent: 0, acknowledged: 0, worstAnswerMs: 0, tookMs: 0, known, knownAsRefunded }
  const tell = async (order: number) => {
    const isRefunded = book.isRefunded(order)
    const { status, tookMs } = await sender.send(order, JSON.stringify(system.shop.order(order)))
    outcome.sent += 1
    outcome.worstAnswerMs = Math.max(outcome.worstAnswerMs, tookMs)
    if (outcome.sent % 1000 === 0) say(`  sent ${outcome.sent}`)
    if (status !== 200) return
    outcome.acknowledged += 1
    known.add(order)
    if (isRefunded) knownAsRefunded.add(order)
  }
  const usualMs = (1000 * sendersAtOnce) / perSecond
  let next = 0
  const seller = async () => {
    while (next < webhooks) {
      next += 1
      const rest = pause(random.between(0, Math.round(2 * usualMs)))
      await tell(book.change(next - 1))
      await rest
    }
  }
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: sendersAtOnce }, seller))
  outcome.tookMs = performance.now() - startedMs
  return outcome
}

function loadOf({ sent, acknowledged, known, tookMs }: Outcome): string {
  const pace = ((sent * 1000) / tookMs).toFixed(0)
  return `${sent} webhooks of ${known.size} orders sent, ${pace} a second, ${acknowledged} acknowledged`
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

/** An order of which nothing was acknowledged since its refund may be either. */
function lostOrders(sales: Sales, book: Book, { known, knownAsRefunded }: Outcome): readonly number[] {
  const judged = [...known].filter((order) => knownAsRefunded.has(order) || !book.isRefunded(order))
  return judged.filter((order) => sales.isHeld(order) === book.isRefunded(order))
}
