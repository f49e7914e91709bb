import { setTimeout as pause } from 'node:timers/promises'
import { laneOf, LmsId } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import { bullPrefix } from '@seatkeeper/queue'
import { Queue, QueueEvents } from 'bullmq'
import { Redis } from 'ioredis'
import type { Kind } from '../e2e/command-of.ts'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { startBalancer, type Balancer } from './balancer.ts'
import { repeatedEffects } from './calm.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { openSales, type Sales } from './sales.ts'
import { acknowledged, startSelling, worstAnswerMs, type Selling } from './selling.ts'

/** There is one released shape of a job's data; so the release at hand is the older one, and the newer is as it might be. */
export const deploy: FaultTest = {
  name: 'deploy',
  promise:
    'two ingresses and two workers are replaced one by one, by the next release and back, under 50 webhooks a second: none refused, no job stalled or dead',
  run: (run) => deployAgainAndAgain(run),
  control: {
    without: 'the orderly end of workers',
    run: (run) => deployAgainAndAgain(run, 'test/faults/worker-without-closing.ts'),
  },
}

/** Odd, so that the newer release is there at the end: nobody else can read what it stored. */
const rollouts = { small: 1, full: 21 } as const
const kinds = ['ingress', 'enroll'] as const satisfies readonly Kind[]
const each = 2
const sellers = 10
const restMs = 180
const seatsForSale = 40_000
const beforeMs = 1500
/** Of each call to the LMS, so that who is told to end has jobs in hand. */
const callMs = 100
const exitWithinMs = 20_000
const heldWithinMs = 120_000

type Release = 'older' | 'newer'
const preload = `--import=${new URL('next-release.ts', import.meta.url).href}`
/** Processes are named for their release: `enroll-3-newer`. */
const settingsOf = async (name: string) => (name.endsWith('newer') ? { NODE_OPTIONS: preload } : {})
const nameOf = (kind: Kind, number: number, release: Release) => `${kind}-${number}-${release}`

async function deployAgainAndAgain({ scale, say }: FaultRun, workerScript?: string): Promise<FaultReport> {
  const first = kinds.flatMap((kind) =>
    Array.from({ length: each }, (_, number) => [nameOf(kind, number, 'older'), kind] as const),
  )
  const system = await startSystemProcesses({
    processes: Object.fromEntries(first),
    settingsOf,
    ...(workerScript === undefined ? {} : { workerScript }),
  })
  const balancer = await startBalancer()
  const lane = openLane(system.redis.url)
  try {
    system.campus.faults.add({ route: 'any', kind: 'delay', delayMs: callMs })
    const sales = openSales(system, seatsForSale)
    for (const { kind, url, healthUrl } of Object.values(system.processes))
      if (kind === 'ingress') balancer.add({ url, healthUrl })
    const startedMs = performance.now()
    const ingressUrl = balancer.url
    const selling = startSelling({ shop: system.shop, sales, ingressUrl, sellers, restMs, keepAlive: false })
    await pause(beforeMs)
    const exits: Exit[] = []
    for (let rollout = 1; rollout <= rollouts[scale]; rollout += 1) {
      exits.push(...(await rollOut(system, balancer, rollout)))
      say(`  ${rollout} of ${rollouts[scale]} rolled out`)
    }
    await pause(beforeMs)
    await selling.stop()
    const perSecond = (selling.deliveries.length * 1000) / (performance.now() - startedMs)
    const missing = await settle(lane, selling, sales)
    return await reportOf({ system, balancer, lane, selling, missing, exits, perSecond })
  } finally {
    await lane.close()
    await balancer.close()
    await system.close()
  }
}

interface Exit {
  readonly name: string
  readonly tookMs: number
}

/** Each process is replaced by one of the other release, which is ready before its predecessor is told to end. */
async function rollOut(system: SystemProcesses, balancer: Balancer, rollout: number): Promise<readonly Exit[]> {
  const [from, to] = rollout % 2 === 1 ? (['older', 'newer'] as const) : (['newer', 'older'] as const)
  const exits: Exit[] = []
  for (let number = 0; number < each; number += 1) {
    for (const kind of kinds) {
      const last = nameOf(kind, (rollout - 1) * each + number, from)
      const next = await system.add(nameOf(kind, rollout * each + number, to), kind)
      if (kind === 'ingress') balancer.add(next)
      const toldMs = performance.now()
      await system.kill(last, 'SIGTERM')
      exits.push({ name: last, tookMs: performance.now() - toldMs })
    }
  }
  return exits
}

/** The lane of sales as BullMQ sees it. */
function openLane(redisUrl: string) {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const name = laneOf.enroll(LmsId.parse('campus'))
  const place = { connection: redis, prefix: bullPrefix }
  const queue = new Queue(name, place)
  const events = new QueueEvents(name, place)
  const stalled = new Set<string>()
  events.on('stalled', ({ jobId }) => stalled.add(jobId))
  return {
    stalled: (): readonly string[] => [...stalled],
    /** Nobody waits here until a job comes back that an older worker could not read. */
    hurry: async () => {
      for (const job of await queue.getDelayed()) await job.promote().catch(() => undefined)
    },
    dead: async () => (await createLedger(redis).conservation()).dead,
    close: async () => {
      await Promise.all([events.close(), queue.close()])
      redis.disconnect()
    },
  }
}

type Lane = ReturnType<typeof openLane>

/** Gives the orders that were acknowledged and have come to nothing. */
async function settle(lane: Lane, { deliveries }: Selling, sales: Sales): Promise<readonly number[]> {
  const missing = () => acknowledged(deliveries).filter((order) => !sales.isHeld(order))
  const deadline = performance.now() + heldWithinMs
  while (missing().length > 0 && performance.now() < deadline) {
    await lane.hurry()
    await pause(500)
  }
  return missing()
}

interface Deployed {
  readonly system: SystemProcesses
  readonly balancer: Balancer
  readonly lane: Lane
  readonly selling: Selling
  readonly missing: readonly number[]
  readonly exits: readonly Exit[]
  readonly perSecond: number
}

async function reportOf({
  system,
  balancer,
  lane,
  selling,
  missing,
  exits,
  perSecond,
}: Deployed): Promise<FaultReport> {
  const { deliveries } = selling
  const refused = deliveries.filter(({ status }) => status !== null && status !== 200).length
  const unanswered = deliveries.filter(({ status }) => status === null).length
  const [stalled, dead] = [lane.stalled(), await lane.dead()]
  const putBack = timesLogged(system, 'job.unreadable')
  const longestMs = Math.max(...exits.map(({ tookMs }) => tookMs))
  return {
    load: `${deliveries.length} webhooks, ${perSecond.toFixed(0)} a second`,
    faults: `${exits.length} processes replaced by the other release`,
    lost: missing.map((order) => `order ${order}`),
    duplicated: repeatedEffects(system.campus),
    broken: [
      ...(refused > 0 ? [`${refused} webhooks were refused`] : []),
      ...(unanswered > 0 ? [`${unanswered} webhooks had no answer`] : []),
      ...(stalled.length > 0 ? [`${stalled.length} jobs stalled`] : []),
      ...(dead > 0 ? [`${dead} items died`] : []),
      ...(putBack === 0 ? ['no older worker met a newer job, so nothing is shown'] : []),
      ...exits
        .filter(({ tookMs }) => tookMs > exitWithinMs)
        .map(({ name, tookMs }) => `${name} took ${(tookMs / 1000).toFixed(1)} s to end`),
    ],
    worstAnswerMs: worstAnswerMs(deliveries),
    figures: {
      ended: `longest after ${(longestMs / 1000).toFixed(1)} s, ${stalled.length} jobs stalled, ${dead} dead`,
      'put back': `${putBack} times by workers that could not read the newer data`,
      'passed on': `${balancer.passedOn()} connections from one that was ending to another`,
    },
  }
}

function timesLogged({ processes }: SystemProcesses, event: string): number {
  const logs = Object.values(processes).map(({ child }) => child().stdout())
  return logs.reduce((sum, log) => sum + log.split(`"${event}"`).length - 1, 0)
}
