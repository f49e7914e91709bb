import { setTimeout as pause } from 'node:timers/promises'
import { isConserved, OrderId, StoreId } from '@seatkeeper/core'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps, type WakeUps } from '@seatkeeper/queue'
import { closeRedis, connectRedis, createLogger } from '@seatkeeper/service'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { repeatedEffects } from '../faults/calm.ts'
import type { FaultReport, FaultRun } from '../faults/fault-test.ts'
import { openSales, type Sales } from '../faults/sales.ts'
import { acknowledged, startSelling, worstAnswerMs, type Delivery, type Selling } from '../faults/selling.ts'
import { supervise } from '../faults/supervisor.ts'

/** Something that befalls Redis while orders come in. */
export interface Blow {
  readonly title: string
  /** Resolves when Redis can be had again; `answered` says how many webhooks have an answer by now. */
  strike(answered: () => number): Promise<void>
}

export interface OutliveParts {
  readonly run: FaultRun
  /** Of Redis, for all processes. */
  readonly url: string
  readonly blows: readonly Blow[]
  /** In the place of the product's workers. */
  readonly workerScript?: string
  /** Whether orders are read at the shop; else what is forgotten stays so, and what was refused is not asked for. */
  readonly reconciles?: boolean
  /** How many replicas must have a webhook before it is answered 200; 0 unless given. */
  readonly replicas?: number
}

const store = StoreId.parse('shop')
const beforeMs = 3000
const afterMs = 3000
const servedAgainWithinMs = 60_000
const healsWithinMs = 400_000
const settlesWithinMs = 60_000
const roundEveryMs = 15_000

/**
 * Sells through real processes while Redis is struck, has reconcile look, and compares the LMS with what was acknowledged.
 */
export async function outlive(parts: OutliveParts): Promise<FaultReport> {
  const { run, url, workerScript, reconciles = true, replicas = 0 } = parts
  const system = await startSystemProcesses({
    processes: { ingress: 'ingress', enroll: 'enroll', revoke: 'revoke', ...(reconciles ? { orders: 'orders' } : {}) },
    settings: { REDIS_URL: url, REDIS_REPLICAS: `${replicas}` },
    ...(workerScript === undefined ? {} : { workerScript }),
  })
  const supervisor = supervise(system)
  const redis = connectRedis(url, 'worker', createLogger('silent'))
  const ledger = createLedger(redis)
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError: () => undefined })
  try {
    const sales = openSales(system, 20_000)
    const ingressUrl = system.process('ingress').url
    const selling = startSelling({ shop: system.shop, sales, ingressUrl, sellers: 4, restMs: 50 })
    const broken: string[] = []
    const figures = await strikeAll(parts, selling, broken)
    await selling.stop()
    const unknown = await unknownTo(ledger, acknowledged(selling.deliveries))
    run.say(`  ${unknown.length} acknowledged orders are not known any more`)
    const healing = await heal({ ledger, wakeUps, sales, deliveries: selling.deliveries, reconciles })
    return reportOf({
      system,
      ledger,
      sales,
      selling,
      broken,
      reconciles,
      figures: {
        ...figures,
        ...healing,
        forgotten: said(unknown),
        'started anew': `${supervisor.restarts()} processes`,
      },
    })
  } finally {
    await supervisor.close()
    await wakeUps.close()
    await closeRedis(redis)
    await system.close()
  }
}

function said(unknown: readonly number[]): string {
  return `${unknown.length} acknowledged orders, before reconcile`
}

async function strikeAll({ run, blows }: OutliveParts, { deliveries }: Selling, broken: string[]) {
  const figures: Record<string, string> = {}
  await pause(beforeMs)
  for (const blow of blows) {
    const { title } = blow
    const from = performance.now()
    await blow
      .strike(() => deliveries.length)
      .catch((error: unknown) => {
        broken.push(`${title}: ${error instanceof Error ? error.message : String(error)}`)
      })
    const over = performance.now()
    const isServed = () => deliveries.some(({ status, answeredAtMs }) => status === 200 && answeredAtMs > over)
    while (!isServed() && performance.now() < over + servedAgainWithinMs) await pause(50)
    if (!isServed()) broken.push(`${title}: no webhook was taken any more`)
    await pause(afterMs)
    const during = deliveries.filter(({ answeredAtMs }) => answeredAtMs > from)
    const refused = during.filter(({ status }) => status !== 200).length
    figures[title] = `${refused} of ${during.length} webhooks refused, none taken for ${longestGap(during, from)} s`
    run.say(`  ${title}: ${figures[title]}`)
  }
  return figures
}

function longestGap(deliveries: readonly Delivery[], fromMs: number): string {
  const times = deliveries.filter(({ status }) => status === 200).map(({ answeredAtMs }) => answeredAtMs)
  const gaps = times.map((time, index) => time - (times[index - 1] ?? fromMs))
  return (Math.max(0, ...gaps) / 1000).toFixed(1)
}

async function unknownTo(ledger: RedisLedger, orders: readonly number[]): Promise<readonly number[]> {
  const known = await Promise.all(orders.map((order) => ledger.orderView({ store, order: OrderId.parse(`${order}`) })))
  return orders.filter((_, index) => known[index] === undefined)
}

interface Healing {
  readonly ledger: RedisLedger
  readonly wakeUps: WakeUps
  readonly sales: Sales
  readonly deliveries: readonly Delivery[]
  readonly reconciles: boolean
}

/** Reconcile's five minutes are cut short; what was refused is found as well. */
async function heal({
  ledger,
  wakeUps,
  sales,
  deliveries,
  reconciles,
}: Healing): Promise<Readonly<Record<string, string>>> {
  const begunMs = performance.now()
  const due = reconciles ? deliveries.map(({ order }) => order) : acknowledged(deliveries)
  const isOver = () => due.every((order) => sales.isHeld(order))
  const withinMs = reconciles ? healsWithinMs : settlesWithinMs
  let nextRoundMs = 0
  while (!isOver() && performance.now() < begunMs + withinMs) {
    if (reconciles && performance.now() > nextRoundMs) {
      const bumped = await ledger.bumpChore({ kind: 'chore', chore: 'reconcile', of: store })
      await wakeUps.wake(bumped.wakeUps)
      nextRoundMs = performance.now() + roundEveryMs
    }
    await pause(200)
  }
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(1)
  return { healed: `in ${seconds} s, what was refused ${reconciles ? 'included' : 'not included'}` }
}

interface Outlived {
  readonly system: SystemProcesses
  readonly ledger: RedisLedger
  readonly sales: Sales
  readonly selling: Selling
  readonly broken: readonly string[]
  readonly reconciles: boolean
  readonly figures: Readonly<Record<string, string>>
}

async function reportOf({
  system,
  ledger,
  sales,
  selling,
  broken,
  reconciles,
  figures,
}: Outlived): Promise<FaultReport> {
  const { deliveries } = selling
  const kept = acknowledged(deliveries)
  const refused = deliveries.filter(({ status, order }) => status !== 200 && !sales.isHeld(order))
  const counted = await ledger.conservation()
  return {
    load: `${deliveries.length} webhooks sent, ${kept.length} acknowledged`,
    faults: Object.keys(figures)
      .filter((title) => !['healed', 'forgotten', 'started anew'].includes(title))
      .join(', '),
    lost: kept.filter((order) => !sales.isHeld(order)).map((order) => `order ${order}`),
    duplicated: repeatedEffects(system.campus),
    broken: [
      ...broken,
      ...(reconciles && refused.length > 0 ? [`${refused.length} refused orders were not found by reconcile`] : []),
      ...(counted.dead > 0 ? [`${counted.dead} items died`] : []),
      ...(isConserved(counted) ? [] : [`the count of the agenda is not even: ${JSON.stringify(counted)}`]),
    ],
    worstAnswerMs: worstAnswerMs(deliveries),
    figures,
  }
}
