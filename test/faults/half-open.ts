import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import type { Site } from '../e2e/site.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { openSales, type Sales } from './sales.ts'
import { acknowledged, startSelling, worstAnswerMs, type Selling } from './selling.ts'

/** A connection that was closed is the easy case. Here the other side goes on acknowledging, and never answers again. */
export const halfOpen: FaultTest = {
  name: 'half-open',
  promise: 'open connections go dead without a word while orders stream in; all go on within 15 s, each kind measured',
  run: (run) => killConnections(run, kinds),
  control: {
    without: 'time limits on the sockets to Redis',
    run: (run) => killConnections(run, ['worker to Redis'], 'test/faults/worker-without-timeouts.ts'),
  },
}

const kinds = [
  'ingress to Redis',
  'worker to Redis',
  'worker to Redis, blocking reads only',
  'worker to Redis, commands only',
  'worker to LMS',
] as const
type Kind = (typeof kinds)[number]

const promisedMs = 15_000
const givenUpMs = 40_000
const sizes = { small: { rounds: 1, sellers: 2 }, full: { rounds: 5, sellers: 8 } } as const
/** With an answer's own time, a seller has about two and a half webhooks a second. */
const restMs = 400

/** How BullMQ waits for jobs; it has a connection for nothing else. */
const isBlocking = (lastSent: string) => /bzpopmin/i.test(lastSent)
const killers: Readonly<Record<Kind, (proxies: Proxies) => number>> = {
  'ingress to Redis': ({ ingress }) => ingress.blackHole(),
  'worker to Redis': ({ worker }) => worker.blackHole(),
  'worker to Redis, blocking reads only': ({ worker }) => worker.blackHole({ whose: isBlocking }),
  'worker to Redis, commands only': ({ worker }) => worker.blackHole({ whose: (lastSent) => !isBlocking(lastSent) }),
  'worker to LMS': ({ lms }) => lms.blackHole(),
}

interface Proxies {
  readonly ingress: FaultProxy
  readonly worker: FaultProxy
  readonly lms: FaultProxy
}

async function killConnections(
  { scale, say }: FaultRun,
  killed: readonly Kind[],
  workerScript?: string,
): Promise<FaultReport> {
  const opened: FaultProxy[] = []
  const through = async (target: Parameters<typeof startFaultProxy>[0]) => {
    const proxy = await startFaultProxy(target)
    opened.push(proxy)
    return proxy
  }
  const byName = new Map<string, FaultProxy>()
  const settingsOf = async (name: string, site: Site) => {
    const proxy = await through({ path: site.redis.url })
    byName.set(name, proxy)
    if (name !== 'enroll') return { REDIS_URL: proxy.url('redis') }
    const { hostname, port } = new URL(site.campus.url)
    const lms = await through({ host: hostname, port: Number(port) })
    byName.set('lms', lms)
    return { REDIS_URL: proxy.url('redis'), SEATKEEPER_CONFIG: await configBehind(site, lms) }
  }
  const system = await startSystemProcesses({
    processes: { ingress: 'ingress', enroll: 'enroll' },
    settingsOf,
    ...(workerScript === undefined ? {} : { workerScript }),
  })
  try {
    const named = (name: string) => byName.get(name) ?? Promise.reject(new Error(`there is no proxy of ${name}`))
    const proxies = { ingress: await named('ingress'), worker: await named('enroll'), lms: await named('lms') }
    const { rounds, sellers } = sizes[scale]
    const inTurn = Array<readonly Kind[]>(rounds).fill(killed).flat()
    return await killInTurn({ system, proxies, kinds: inTurn, sellers, say })
  } finally {
    await system.close()
    await Promise.all(opened.map((proxy) => proxy.close()))
  }
}

/** The same configuration with the LMS behind a proxy. */
async function configBehind({ configFile, folder, campus }: Site, proxy: FaultProxy): Promise<string> {
  const file = join(folder, 'behind-proxy.yaml')
  await writeFile(file, (await readFile(configFile, 'utf8')).replaceAll(campus.url, proxy.url('http')))
  return file
}

interface Killing {
  readonly system: SystemProcesses
  readonly proxies: Proxies
  readonly kinds: readonly Kind[]
  readonly sellers: number
  readonly say: (text: string) => void
}

interface Turn {
  readonly kind: Kind
  /** Connections that were killed. */
  readonly met: number
  /** Until there was progress; null if there was none. */
  readonly ms: number | null
  /** What progress takes on this machine when nothing is wrong; it is granted on top. */
  readonly calmMs: number
}

async function killInTurn({ system, proxies, kinds: inTurn, sellers, say }: Killing): Promise<FaultReport> {
  const sales = openSales(system, 20_000)
  const ingressUrl = system.process('ingress').url
  const selling = startSelling({ shop: system.shop, sales, ingressUrl, sellers, restMs })
  const took: Turn[] = []
  for (const kind of inTurn) {
    const calmMs = await timeWhenCalm(kind, selling, sales)
    const met = await killSome(() => killers[kind](proxies))
    const ms = await timeOfProgress(kind, selling, sales)
    took.push({ kind, met, ms, calmMs })
    say(`  ${kind}: ${met} connections dead, progress after ${inSeconds(ms)} (${inSeconds(calmMs)} in calm)`)
    if (ms === null) await system.restart(kind === 'ingress to Redis' ? 'ingress' : 'enroll')
  }
  await selling.stop()
  const lost = await notHeldAfter(60_000, acknowledged(selling.deliveries), sales)
  return {
    load: `${selling.deliveries.length} webhooks, ${acknowledged(selling.deliveries).length} acknowledged`,
    faults: `${took.reduce((sum, { met }) => sum + met, 0)} connections dead, in ${took.length} turns`,
    lost: lost.map((order) => `order ${order}`),
    duplicated: [],
    broken: took.flatMap(({ kind, met, ms, calmMs }) => {
      if (met === 0) return [`there was no connection ${kind}`]
      return ms !== null && ms <= promisedMs + calmMs ? [] : [`${kind}: ${inSeconds(ms)}, longer than 15 s`]
    }),
    worstAnswerMs: worstAnswerMs(selling.deliveries),
    figures: Object.fromEntries(kinds.map((kind) => [kind, worstOf(took.filter((one) => one.kind === kind))])),
  }
}

/** Lets workers catch up first. */
async function timeWhenCalm(kind: Kind, selling: Selling, sales: Sales): Promise<number> {
  await notHeldAfter(60_000, acknowledged(selling.deliveries), sales)
  return (await timeOfProgress(kind, selling, sales)) ?? givenUpMs
}

/** Connections come and go: until there was one to kill. Gives how many were. */
async function killSome(kill: () => number): Promise<number> {
  const deadline = performance.now() + 10_000
  let met = kill()
  while (met === 0 && performance.now() < deadline) {
    await pause(5)
    met = kill()
  }
  return met
}

/** How long it takes until an order that is sent from now on is acknowledged, and enrolled where workers are meant; null if too long. */
async function timeOfProgress(kind: Kind, { deliveries }: Selling, sales: Sales): Promise<number | null> {
  const startedMs = performance.now()
  const isDone = (order: number) => kind === 'ingress to Redis' || sales.isHeld(order)
  while (performance.now() - startedMs < givenUpMs) {
    const since = deliveries.filter(({ answeredAtMs, tookMs }) => answeredAtMs - tookMs >= startedMs)
    if (acknowledged(since).some(isDone)) return performance.now() - startedMs
    await pause(50)
  }
  return null
}

async function notHeldAfter(withinMs: number, orders: readonly number[], sales: Sales): Promise<readonly number[]> {
  const deadline = performance.now() + withinMs
  const missing = () => orders.filter((order) => !sales.isHeld(order))
  while (missing().length > 0 && performance.now() < deadline) await pause(200)
  return missing()
}

function worstOf(took: readonly { readonly ms: number | null }[]): string {
  if (took.length === 0) return 'not tried'
  return `progress after ${inSeconds(took.some(({ ms }) => ms === null) ? null : Math.max(...took.map(({ ms }) => ms ?? 0)))}`
}

function inSeconds(ms: number | null): string {
  return ms === null ? `none within ${givenUpMs / 1000} s` : `${(ms / 1000).toFixed(1)} s`
}
