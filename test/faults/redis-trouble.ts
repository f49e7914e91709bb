import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreId } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { webhookSecret, type Site } from '../e2e/site.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'
import type { FaultReport, FaultRun, FaultTest, Scale } from './fault-test.ts'
import { memoryFull } from './memory-full.ts'
import { asAdmin, troubles, type Trouble } from './redis-troubles.ts'
import { openSales, type Sales } from './sales.ts'
import { acknowledged, startSelling, worstAnswerMs, type Selling } from './selling.ts'
import { supervise, type Supervisor } from './supervisor.ts'

/** Redis is the one part without which nothing can be promised; so it must be told no in time, and all goes on by itself. */
export const redisTrouble: FaultTest = {
  name: 'redis-trouble',
  promise:
    'Redis frozen, loading, read-only, full, out of disk, slow or dropping connections: refused in time, recovered in time, nothing lost',
  run: (run) => troubleRedis(run, troubles),
  control: {
    without: 'the watermark (REDIS_WATERMARK 1)',
    run: (run) => troubleRedis(run, [], { REDIS_WATERMARK: '1' }),
  },
}

const promised = { answerMs: 2000, recoveryMs: 10_000, firstJobMs: 5000, linesPerSecond: 20 } as const
const givenUpMs = 45_000
/** With an answer's own time, about 16 and 50 webhooks a second. */
const sellers = { small: 4, full: 12 } as const
const restMs = 230
const healsWithinMs = 240_000
/** Where something is broken already. */
const patienceMs = 20_000

interface Scene {
  readonly system: SystemProcesses
  readonly proxy: FaultProxy
  readonly sales: Sales
  readonly selling: Selling
  /** A worker that is without Redis for half a minute ends itself. */
  readonly supervisor: Supervisor
  readonly scale: Scale
  readonly say: (text: string) => void
}

async function troubleRedis(
  { scale, say }: FaultRun,
  tried: readonly Trouble[],
  settings: Readonly<Record<string, string>> = {},
): Promise<FaultReport> {
  let proxy: Promise<FaultProxy> | undefined
  let ingressUrl = ''
  const settingsOf = async (name: string, site: Site) => {
    proxy ??= startFaultProxy({ path: site.redis.url })
    const config = name === 'orders' ? { SEATKEEPER_CONFIG: await publicConfig(site, ingressUrl) } : {}
    return { REDIS_URL: (await proxy).url('redis'), ...config }
  }
  const system = await startSystemProcesses({
    processes: { ingress: 'ingress', enroll: 'enroll' },
    settings,
    settingsOf,
  })
  const sound = await (proxy ?? Promise.reject(new Error('no process asked for the proxy')))
  try {
    ingressUrl = system.process('ingress').url
    await system.add('orders', 'orders')
    const sales = openSales(system, 20_000)
    const selling = startSelling({ shop: system.shop, sales, ingressUrl, sellers: sellers[scale], restMs })
    const supervisor = supervise(system)
    const scene = { system, proxy: sound, sales, selling, supervisor, scale, say }
    try {
      return await passAll(scene, tried)
    } finally {
      await supervisor.close()
    }
  } finally {
    await system.close()
    await sound.close()
  }
}

/** The same configuration, with the address at which the shop reaches us. */
async function publicConfig({ configFile, folder, shop }: Site, ingressUrl: string): Promise<string> {
  const file = join(folder, 'public.yaml')
  const urlLine = `    url: ${shop.url}`
  const text = await readFile(configFile, 'utf8')
  await writeFile(file, text.replace(urlLine, `${urlLine}\n    publicUrl: ${ingressUrl}`))
  return file
}

async function passAll(scene: Scene, tried: readonly Trouble[]): Promise<FaultReport> {
  const { system, proxy, selling, sales, scale, say } = scene
  const broken: string[] = []
  const figures: Record<string, string> = {}
  await pause(3000)
  const calmMs = worstAnswerMs(selling.deliveries)
  for (const trouble of tried) {
    await trouble.prepare?.({ server: system.redis, proxy, scale })
    const seen = await watch(scene, () => trouble.pass({ server: system.redis, proxy, scale }))
    broken.push(...objections(trouble.title, seen, calmMs))
    figures[trouble.title] = inWords(seen)
    say(`  ${trouble.title}: ${inWords(seen)}`)
  }
  const hook = await system.shop.addWebhook({
    topic: 'order.created',
    deliveryUrl: `${system.process('ingress').url}/webhooks/shop`,
    secret: webhookSecret,
  })
  const isDisabled = () => system.shop.webhooks().some(({ id, status }) => id === hook && status === 'disabled')
  let meanwhile: Awaited<ReturnType<typeof memoryFull>> = { refused: 0, firstJobMs: null }
  const full = await watch(scene, async () => {
    meanwhile = await memoryFull({ ...scene, isDisabled })
  })
  broken.push(...objections('memory full', full, calmMs))
  if (meanwhile.refused === 0) broken.push('memory full: it never was')
  if (meanwhile.firstJobMs === null) broken.push('memory full: workers did nothing of what was acknowledged')
  const whileFull = `${meanwhile.refused} refused, first job while full after ${inSeconds(meanwhile.firstJobMs)}`
  figures['memory full'] = `${inWords(full)}, ${whileFull}`
  say(`  memory full: ${figures['memory full']}`)
  await selling.stop()
  const healing = await heal(scene, hook, broken.length === 0 ? healsWithinMs : patienceMs)
  broken.push(...healing.broken)
  const lost = acknowledged(selling.deliveries).filter((order) => !sales.isHeld(order))
  return {
    load: `${selling.deliveries.length} webhooks, ${acknowledged(selling.deliveries).length} acknowledged`,
    faults: [...tried.map(({ title }) => title), 'memory full'].join(', '),
    lost: lost.map((order) => `order ${order}`),
    duplicated: [],
    broken,
    worstAnswerMs: worstAnswerMs(selling.deliveries),
    figures: {
      ...figures,
      healed: healing.figure,
      calm: `worst answer ${calmMs} ms`,
      'started anew': `${scene.supervisor.restarts()} processes that had been without Redis for too long`,
    },
  }
}

/** How the system behaved in one trouble; times count from when Redis was well again, null where it took too long. */
interface Seen {
  readonly worstMs: number
  readonly recoveryMs: number | null
  readonly firstJobMs: number | null
  /** Of warnings and errors, in the worst second of the process that said most; the record of each attempt is not counted. */
  readonly linesPerSecond: number
}

async function watch(scene: Scene, trouble: () => Promise<void>): Promise<Seen> {
  const { selling, sales } = scene
  const began = { atMs: Date.now(), sent: selling.deliveries.length }
  await trouble()
  const overMs = performance.now()
  const heldBefore = heldOf(selling, sales)
  const since = () => selling.deliveries.filter(({ answeredAtMs, tookMs }) => answeredAtMs - tookMs >= overMs)
  const [recoveryMs, firstJobMs] = await Promise.all([
    timeUntil(overMs, () => acknowledged(since()).length > 0),
    timeUntil(overMs, () => heldOf(selling, sales) > heldBefore),
  ])
  return {
    worstMs: worstAnswerMs(selling.deliveries.slice(began.sent)),
    recoveryMs,
    firstJobMs,
    linesPerSecond: worstSecond(scene, began.atMs),
  }
}

function heldOf({ deliveries }: Selling, sales: Sales): number {
  return acknowledged(deliveries).filter((order) => sales.isHeld(order)).length
}

async function timeUntil(startMs: number, isSo: () => boolean): Promise<number | null> {
  while (!isSo()) {
    if (performance.now() - startMs > givenUpMs) return null
    await pause(50)
  }
  return performance.now() - startMs
}

function worstSecond({ system, supervisor }: Scene, sinceMs: number): number {
  const logs = [...Object.values(system.processes).map(({ child }) => child().stdout()), ...supervisor.written()]
  const counts = logs.flatMap((text) => {
    const times = text
      .split('\n')
      .filter((line) => !line.includes('"job.failed"'))
      .flatMap((line) => /^\{"time":"([^".]+)[^"]*","level":"(?:warn|error)"/.exec(line)?.[1] ?? [])
    const seconds = Map.groupBy(times, (time) => time)
    return [...seconds].filter(([time]) => Date.parse(`${time}Z`) >= sinceMs - 1000).map(([, lines]) => lines.length)
  })
  return Math.max(0, ...counts)
}

function objections(title: string, seen: Seen, calmMs: number): readonly string[] {
  const { worstMs, recoveryMs, firstJobMs, linesPerSecond } = seen
  const within = (ms: number | null, promisedMs: number) => ms !== null && ms <= promisedMs + calmMs
  return [
    ...(within(worstMs, promised.answerMs) ? [] : [`${title}: an answer took ${worstMs} ms`]),
    ...(within(recoveryMs, promised.recoveryMs) ? [] : [`${title}: recovered only after ${inSeconds(recoveryMs)}`]),
    ...(within(firstJobMs, promised.firstJobMs) ? [] : [`${title}: first job only after ${inSeconds(firstJobMs)}`]),
    ...(linesPerSecond <= promised.linesPerSecond ? [] : [`${title}: ${linesPerSecond} log lines in a second`]),
  ]
}

/** What was refused is found by reconcile; the watch makes the webhook active again, and its four minutes are cut short. */
async function heal({ system, sales, selling }: Scene, hook: number, withinMs: number) {
  const hookNow = () => system.shop.webhooks().find(({ id }) => id === hook)?.status
  const wasDisabled = hookNow() === 'disabled'
  const refused = selling.deliveries.filter(({ status }) => status !== 200)
  const startedMs = performance.now()
  await asAdmin(system.redis, (redis) =>
    createLedger(redis).bumpChore({ kind: 'chore', chore: 'watch', of: StoreId.parse('shop') }),
  )
  const missing = () => selling.deliveries.filter(({ order }) => !sales.isHeld(order))
  while ((missing().length > 0 || hookNow() !== 'active') && performance.now() - startedMs < withinMs) {
    await pause(200)
  }
  return {
    figure: `${refused.length} refused orders in ${inSeconds(performance.now() - startedMs)}, webhook ${hookNow() ?? 'gone'}`,
    broken: [
      ...(wasDisabled ? [] : ['the shop did not disable its webhook, so nothing is shown by its being active']),
      ...(hookNow() === 'active' ? [] : ['the webhook was not made active again']),
      ...(missing().length === 0 ? [] : [`${missing().length} orders were never found`]),
    ],
  }
}

function inWords({ worstMs, recoveryMs, firstJobMs, linesPerSecond }: Seen): string {
  const times = `taken again after ${inSeconds(recoveryMs)}, first job after ${inSeconds(firstJobMs)}`
  return `worst answer ${worstMs} ms, ${times}, ${linesPerSecond} log lines in the worst second`
}

function inSeconds(ms: number | null): string {
  return ms === null ? `more than ${givenUpMs / 1000} s` : `${(ms / 1000).toFixed(1)} s`
}
