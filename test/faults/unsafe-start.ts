import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { startChild, type Child } from '../e2e/child.ts'
import { commandOf } from '../e2e/command-of.ts'
import { freePort } from '../e2e/free-port.ts'
import { startSite, type Site } from '../e2e/site.ts'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'

/** A Redis that cannot keep what we promise is the one fault that nobody notices until it is too late. */
export const unsafeStart: FaultTest = {
  name: 'unsafe-start',
  promise: 'an ingress on a Redis that cannot keep its promises is never ready, and says why in one sentence',
  run: (run) => startOnEach(run),
  control: {
    without: 'the safety check',
    run: (run) => startOnEach(run, 'test/faults/ingress-without-safety.ts'),
  },
}

/** One way to be unsafe. */
interface Unsafe {
  readonly title: string
  /** What must be found. */
  readonly code: string
  readonly arguments?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Makes it unsafe after its start; gives the address that the ingress gets, if it is another one. */
  readonly spoil?: (redisUrl: string, undo: Undo) => Promise<string>
}

type Undo = (undo: () => unknown) => void

const clock = new URL('shifted-clock.ts', import.meta.url).href
const cases: readonly Unsafe[] = [
  { title: 'evicts', code: 'REDIS_EVICTS', arguments: ['--maxmemory-policy', 'allkeys-lru'] },
  { title: 'keeps no log', code: 'REDIS_AOF_OFF', arguments: ['--appendonly', 'no'] },
  { title: 'syncs each second', code: 'REDIS_FSYNC_WEAK', arguments: ['--appendfsync', 'everysec'] },
  { title: 'replica', code: 'REDIS_REPLICA', arguments: ['--replicaof', '127.0.0.1 1'] },
  { title: 'too old', code: 'REDIS_TOO_OLD', spoil: disguiseAsOld },
  {
    title: 'clock an hour off',
    code: 'REDIS_CLOCK_SKEWED',
    env: { NODE_OPTIONS: `--import=${clock}`, CLOCK_AHEAD_MS: '3600000' },
  },
  { title: 'full', code: 'REDIS_MEMORY_HIGH', arguments: ['--maxmemory', '1mb'] },
  { title: 'read only by ACL', code: 'REDIS_FORBIDS_WRITES', spoil: forbidWrites },
]

const atOnce = 2
/** Of a process, on a machine that has much else to do. */
const startsWithinMs = 120_000
/** How long it must not become ready. */
const watchedMs = { small: 2000, full: 20_000 } as const

async function startOnEach({ scale, say }: FaultRun, script?: string): Promise<FaultReport> {
  const site = await startSite()
  try {
    const broken: string[] = []
    const tryOne = async (one: Unsafe) => {
      const { wasReady, sentences } = await startOn(one, site, watchedMs[scale], script)
      say(`  ${one.title}: ${wasReady ? 'READY' : 'never ready'}; ${sentences.join(' ')}`)
      if (wasReady) broken.push(`${one.title}: became ready`)
      if (sentences.length !== 1) broken.push(`${one.title}: ${sentences.length} sentences`)
    }
    const tryAccepted = async () => {
      if (!(await isOverrideShown(site, script)))
        broken.push('an accepted finding is not shown, or does not make it ready')
    }
    const waiting = [...cases.map((one) => () => tryOne(one)), tryAccepted]
    const tryOn = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next()
    }
    await Promise.all(Array.from({ length: atOnce }, tryOn))
    return {
      load: 'none',
      faults: `${cases.length} unsafe ones: ${cases.map(({ title }) => title).join(', ')}`,
      lost: [],
      duplicated: [],
      broken,
      worstAnswerMs: null,
      figures: { ready: `${broken.filter((sentence) => sentence.endsWith('became ready')).length} of ${cases.length}` },
    }
  } finally {
    await site.close()
  }
}

interface Seen {
  readonly wasReady: boolean
  /** What the log says of the code that is meant. */
  readonly sentences: readonly string[]
}

async function startOn(unsafe: Unsafe, site: Site, watchMs: number, script?: string): Promise<Seen> {
  const undoing: (() => unknown)[] = []
  const undo: Undo = (step) => void undoing.push(step)
  try {
    const redis = await startRedis({ arguments: unsafe.arguments ?? [] })
    undo(() => redis.stop())
    const url = (await unsafe.spoil?.(redis.url, undo)) ?? redis.url
    const { child, readyUrl } = await startIngress(site, { REDIS_URL: url, ...unsafe.env }, script)
    undo(() => end(child))
    const explain = () => child.stdout() + child.stderr()
    await until('it says whether it is ready', async () => (await statusOf(readyUrl)) !== null, {
      explain,
      withinMs: startsWithinMs,
    })
    const deadline = performance.now() + watchMs
    let wasReady = false
    while (!wasReady && performance.now() < deadline) {
      wasReady = (await statusOf(readyUrl)) === 200
      await pause(100)
    }
    return { wasReady, sentences: sentencesOf(child, unsafe.code) }
  } finally {
    for (const step of undoing.toReversed()) await step()
  }
}

/** Ready on a Redis with a weakness that the operator accepted, and the log still tells of it. */
async function isOverrideShown(site: Site, script?: string): Promise<boolean> {
  const redis = await startRedis({ arguments: ['--appendfsync', 'everysec'] })
  const settings = { REDIS_URL: redis.url, REDIS_ACCEPTED: 'REDIS_FSYNC_WEAK' }
  const { child, readyUrl } = await startIngress(site, settings, script)
  try {
    await until('it is ready', async () => (await statusOf(readyUrl)) === 200, {
      explain: child.stdout,
      withinMs: startsWithinMs,
    })
    return sentencesOf(child, 'REDIS_FSYNC_WEAK').length === 1
  } finally {
    await end(child)
    await redis.stop()
  }
}

async function startIngress(site: Site, env: Readonly<Record<string, string>>, script?: string) {
  const port = await freePort()
  const command = await commandOf('ingress', site, { ...env, HEALTH_PORT: `${port}` })
  const child = startChild({ ...command, script: script ?? command.script })
  return { child, readyUrl: `http://127.0.0.1:${port}/ready` }
}

async function end(child: Child): Promise<void> {
  child.signal('SIGKILL')
  await child.ended
}

async function statusOf(url: string): Promise<number | null> {
  return fetch(url).then(
    ({ status }) => status,
    () => null,
  )
}

function sentencesOf(child: Child, code: string): readonly string[] {
  const lines = child
    .stdout()
    .split('\n')
    .filter((line) => line.includes(`"${code}"`))
  return lines.flatMap((line) => /"sentence":"([^"]+)"/.exec(line)?.[1] ?? [])
}

/** A way to the same Redis on which it calls itself another version. */
async function disguiseAsOld(redisUrl: string, undo: Undo): Promise<string> {
  const server = createServer((client) => {
    const redis = createConnection(redisUrl)
    client.on('error', () => redis.destroy()).on('close', () => redis.destroy())
    redis.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.pipe(redis)
    redis.on('data', (bytes) =>
      client.write(
        bytes.toString('latin1').replace(/(?<=redis_version:)\d+/, (major) => '5'.padEnd(major.length)),
        'latin1',
      ),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo(() => server.close())
  const address = server.address()
  return `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

async function forbidWrites(redisUrl: string): Promise<string> {
  const admin = new Redis(redisUrl)
  await admin.call('ACL', 'SETUSER', 'default', '-@write')
  admin.disconnect()
  return redisUrl
}
