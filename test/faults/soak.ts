import { setTimeout as pause } from 'node:timers/promises'
import { isConserved } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import type { LmsFaultPlan } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { repeatedEffects, untilCalm } from './calm.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { seeded, type Random } from './random.ts'
import { openSales } from './sales.ts'
import { acknowledged, startSelling, worstAnswerMs } from './selling.ts'
import { followHoldings, slopesOf, thatGrew, type Ended } from './swelling.ts'

const sellers = 10
const restMs = 500
/** The most that the sellers sell. */
const ordersPerMinute = (sellers * 60_000) / restMs
const troubleEveryMs = 7000
const killEveryMs = 150_000
/** An LMS in trouble does less than is sold, so sellers wait while more than this is due. */
const mostDue = 300
const calmWithinMs = 300_000

/** A long day of everything at once. It is run by hand, for as long as is said. */
export function soakFor(minutes: number): FaultTest {
  return {
    name: 'soak',
    promise:
      'up to 20 orders a second, all kinds of trouble and a kill every few minutes: the books are even, nothing swells',
    run: (run) => soak(run, minutes),
    control: {
      without: 'the sweep',
      run: (run) => soak(run, minutes, 'test/faults/worker-without-sweep.ts'),
    },
  }
}

async function soak({ seed, say }: FaultRun, minutes: number, workerScript?: string): Promise<FaultReport> {
  const processes = { ingress: 'ingress' } as const
  const system = await startSystemProcesses({ processes, ...(workerScript === undefined ? {} : { workerScript }) })
  for (const role of ['enroll', 'revoke', 'orders'] as const) await system.add(role, role)
  const redis = new Redis(system.redis.url)
  redis.on('error', () => undefined)
  try {
    const random = seeded(seed)
    const sales = openSales(system, Math.ceil(minutes * ordersPerMinute * 1.5))
    const ended = { isOver: false }
    const backlog = watchBacklog(redis, ended)
    const selling = startSelling({
      shop: system.shop,
      sales,
      ingressUrl: system.process('ingress').url,
      sellers,
      restMs,
      mayGoOn: () => backlog.due() <= mostDue,
    })
    const looks = followHoldings(system, redis, ended)
    const troubles = makeTrouble(system, random, ended)
    const kills = killNowAndThen(system, random, ended)
    for (let minute = 1; minute <= minutes; minute += 1) {
      await pause(60_000)
      say(`  minute ${minute} of ${minutes}: ${acknowledged(selling.deliveries).length} acknowledged`)
    }
    ended.isOver = true
    await selling.stop()
    const [seen, mixed, killed] = await Promise.all([looks, troubles, kills, backlog.stopped])
    const calmMs = performance.now()
    const conservation = await untilCalm(system.redis.url, say, calmWithinMs)
    const drainMs = performance.now() - calmMs
    const kept = acknowledged(selling.deliveries)
    const missing = kept.filter((order) => !sales.isHeld(order))
    const isAtRest = conservation.due === 0
    const isEven = isConserved(conservation)
    return {
      load: `${selling.deliveries.length} webhooks in ${minutes} min, ${kept.length} acknowledged`,
      faults: `${mixed} troubles of LMS and shop, ${killed} kills`,
      lost: isAtRest ? missing.map((order) => `order ${order}`) : [],
      duplicated: repeatedEffects(system.campus),
      broken: [
        ...(isEven ? [] : ['the count of the agenda is not even']),
        ...(isAtRest
          ? []
          : [`${conservation.due} items are still due after ${seconds(calmWithinMs)}, ${missing.length} orders open`]),
        ...thatGrew(seen),
      ],
      worstAnswerMs: worstAnswerMs(selling.deliveries),
      figures: {
        ...slopesOf(seen),
        backlog: `at most ${backlog.most()} due, sellers wait above ${mostDue}; at rest after ${seconds(drainMs)}`,
        agenda: JSON.stringify(conservation),
      },
    }
  } finally {
    redis.disconnect()
    await system.close()
  }
}

/** Looks at how much is due, again and again. */
function watchBacklog(redis: Redis, ended: Ended) {
  const ledger = createLedger(redis)
  const seen = { due: 0, most: 0 }
  const look = async () => {
    seen.due = (await ledger.conservation()).due
    seen.most = Math.max(seen.most, seen.due)
  }
  const stopped = (async () => {
    while (!ended.isOver) {
      await look().catch(() => undefined)
      await pause(restMs)
    }
  })()
  return { due: () => seen.due, most: () => seen.most, stopped }
}

const lmsTroubles: readonly [LmsFaultPlan, ...LmsFaultPlan[]] = [
  { route: 'any', kind: 'status', status: 503 },
  { route: 'any', kind: 'reset-before', probability: 0.3 },
  { route: 'any', kind: 'delay', delayMs: 1500 },
  { route: 'enrollment-post', kind: 'reset-after-commit', probability: 0.3 },
  { route: 'any', kind: 'throttle-429', retryAfterSeconds: 2 },
  { route: 'enrollment-post', kind: 'status', status: 500, probability: 0.2 },
]

async function makeTrouble({ campus, shop }: SystemProcesses, random: Random, ended: Ended): Promise<number> {
  let troubles = 0
  while (!ended.isOver) {
    await pause(random.between(0, troubleEveryMs))
    const end = campus.faults.add(random.pick(lmsTroubles))
    if (random.next() < 0.3) shop.faults.rest({ kind: 'page', status: 503 })
    if (random.next() < 0.2) campus.rotateSigningKey()
    await pause(random.between(0, troubleEveryMs))
    end()
    shop.faults.clear()
    troubles += 1
  }
  return troubles
}

async function killNowAndThen(system: SystemProcesses, random: Random, ended: Ended): Promise<number> {
  let kills = 0
  for (let nextMs = Date.now() + killEveryMs; !ended.isOver; await pause(500)) {
    if (Date.now() < nextMs) continue
    nextMs = Date.now() + killEveryMs
    const victim = random.pick(['ingress', 'redis', 'enroll', 'orders', 'revoke'] as const)
    if (victim === 'redis') await system.redis.kill().then(() => system.redis.restart())
    else await system.kill(victim, 'SIGKILL').then(() => system.restart(victim))
    kills += 1
  }
  return kills
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`
}
