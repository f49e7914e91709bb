import { setTimeout as pause } from 'node:timers/promises'
import { isConserved } from '@seatkeeper/core'
import type { LmsFaultPlan } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { repeatedEffects, untilCalm } from './calm.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { seeded, type Random } from './random.ts'
import { openSales } from './sales.ts'
import { acknowledged, startSelling, worstAnswerMs } from './selling.ts'
import { growthPerHour, holdingsOf, type Sample } from './slopes.ts'

const sellers = 10
const restMs = 500
/** The most that the sellers sell. */
const ordersPerMinute = (sellers * 60_000) / restMs
const lookEveryMs = 10_000
const troubleEveryMs = 7000
const killEveryMs = 150_000
const mostMoreFiles = 20
/** For a backlog that a slow machine has built up. */
const calmWithinMs = 900_000

/** A long day of everything at once. It is run by hand, for as long as is said. */
export function soakFor(minutes: number): FaultTest {
  return {
    name: 'soak',
    promise:
      'about 20 orders a second, all kinds of trouble and a kill every few minutes: the books are even, nothing swells',
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
    const selling = startSelling({
      shop: system.shop,
      sales,
      ingressUrl: system.process('ingress').url,
      sellers,
      restMs,
    })
    const ended = { isOver: false }
    const looks = lookAround(system, redis, ended)
    const troubles = makeTrouble(system, random, ended)
    const kills = killNowAndThen(system, random, ended)
    for (let minute = 1; minute <= minutes; minute += 1) {
      await pause(60_000)
      say(`  minute ${minute} of ${minutes}: ${acknowledged(selling.deliveries).length} acknowledged`)
    }
    ended.isOver = true
    await selling.stop()
    const [seen, mixed, killed] = await Promise.all([looks, troubles, kills])
    const conservation = await untilCalm(system.redis.url, say, calmWithinMs)
    const kept = acknowledged(selling.deliveries)
    return {
      load: `${selling.deliveries.length} webhooks in ${minutes} min, ${kept.length} acknowledged`,
      faults: `${mixed} troubles of LMS and shop, ${killed} kills`,
      lost: kept.filter((order) => !sales.isHeld(order)).map((order) => `order ${order}`),
      duplicated: repeatedEffects(system.campus),
      broken: [
        ...(isConserved(conservation) && conservation.due === 0 ? [] : ['the agenda is not at rest, or not even']),
        ...filesThatGrew(seen),
      ],
      worstAnswerMs: worstAnswerMs(selling.deliveries),
      figures: { ...slopesOf(seen), agenda: JSON.stringify(conservation) },
    }
  } finally {
    redis.disconnect()
    await system.close()
  }
}

interface Ended {
  readonly isOver: boolean
}

/** Series of samples by name; a process that was started anew begins another series. */
interface Seen {
  readonly memory: Map<string, Sample[]>
  readonly files: Map<string, Sample[]>
}

async function lookAround(system: SystemProcesses, redis: Redis, ended: Ended): Promise<Seen> {
  const seen: Seen = { memory: new Map(), files: new Map() }
  while (!ended.isOver) {
    await pause(lookEveryMs)
    for (const [name, { child }] of Object.entries(system.processes)) {
      const held = await holdingsOf(child().pid)
      if (held === undefined) continue
      add(seen.memory, `${name} ${child().pid}`, held.residentMegabytes)
      add(seen.files, `${name} ${child().pid}`, held.openFiles)
    }
    const info = await redis.info('memory').catch(() => '')
    const bytes = /^used_memory:(\d+)/m.exec(info)?.[1]
    if (bytes !== undefined) add(seen.memory, 'redis', Number(bytes) / 1_048_576)
  }
  return seen
}

function add(series: Map<string, Sample[]>, name: string, value: number): void {
  series.set(name, [...(series.get(name) ?? []), { atMs: Date.now(), value }])
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

/** The longest life of each process tells most. */
function slopesOf({ memory, files }: Seen): Readonly<Record<string, string>> {
  const longest = new Map<string, string>()
  for (const [series, samples] of memory) {
    const [name = ''] = series.split(' ')
    const best = memory.get(longest.get(name) ?? '')?.length ?? 0
    if (samples.length > best) longest.set(name, series)
  }
  return Object.fromEntries(
    [...longest].map(([name, series]) => {
      const samples = memory.get(series) ?? []
      const open = files.get(series)
      const filesNow =
        open === undefined ? '' : `, ${open[0]?.value ?? 0} files at first, ${open.at(-1)?.value ?? 0} at last`
      const slope = growthPerHour(samples.slice(Math.floor(samples.length / 3)))
      return [name, `${(samples.at(-1)?.value ?? 0).toFixed(0)} MB, ${slope.toFixed(1)} MB/h${filesNow}`]
    }),
  )
}

function filesThatGrew({ files }: Seen): readonly string[] {
  return [...files].flatMap(([series, samples]) => {
    const [first, last] = [samples[1]?.value ?? 0, samples.at(-1)?.value ?? 0]
    return samples.length > 3 && last > first + mostMoreFiles ? [`${series}: ${first} open files became ${last}`] : []
  })
}
