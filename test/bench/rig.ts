import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { startChild } from '../e2e/child.ts'
import { freePort } from '../e2e/free-port.ts'
import { until } from '../e2e/until.ts'
import { startLmsStub, type LmsStub } from './lms-stub.ts'
import { store } from './orders.ts'

/** A Redis as the product asks for it, an LMS that takes no time, and the processes that a benchmark starts. */
export interface Rig {
  /** Path of the socket. */
  readonly redisUrl: string
  readonly redis: Redis
  readonly lms: LmsStub
  /** Starts our ingress; gives its address once it is ready. */
  startIngress(): Promise<string>
  /** Starts our worker for enrolments. */
  startWorker(concurrency: number): Promise<void>
  /** Starts the bare Express; gives its address once it is ready. */
  startExpress(): Promise<string>
  /** Ends all that was started here. */
  close(): Promise<void>
}

/** @param profiles folder in which our processes leave CPU profiles when they end. */
export async function openRig(profiles?: string): Promise<Rig> {
  // A rewrite of the AOF in the middle of a round would be a second load.
  const server = await startRedis({ arguments: ['--auto-aof-rewrite-percentage', '0'] })
  const redis = new Redis(server.url)
  const lms = await startLmsStub()
  const folder = await mkdtemp(join(tmpdir(), 'seatkeeper-bench-'))
  const configFile = join(folder, 'seatkeeper.yaml')
  await writeFile(configFile, configText(lms.url))
  const processes = createProcesses({ SEATKEEPER_CONFIG: configFile, REDIS_URL: server.url, ...profiling(profiles) })
  return {
    redisUrl: server.url,
    redis,
    lms,
    startIngress: () => processes.start('apps/ingress/src/main.ts'),
    startWorker: async (concurrency) => {
      await processes.start('apps/worker/src/main.ts', ['--roles', 'enroll', '--concurrency', String(concurrency)])
    },
    startExpress: () => processes.start('test/bench/bare-express.ts'),
    close: async () => {
      await processes.stop()
      redis.disconnect()
      lms.close()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function createProcesses(common: Readonly<Record<string, string>>) {
  const children: ReturnType<typeof startChild>[] = []
  return {
    start: async (script: string, args: readonly string[] = []): Promise<string> => {
      const [port, healthPort] = [await freePort(), await freePort()]
      const env = { ...common, PORT: String(port), HEALTH_PORT: String(healthPort) }
      const child = startChild({ script, args, env })
      children.push(child)
      const readyUrl = `http://127.0.0.1:${script.startsWith('apps/') ? healthPort : port}/ready`
      const explain = () => `${child.stdout()}${child.stderr()}`
      await until(`${script} is ready`, async () => child.hasEnded() || (await isOk(readyUrl)), { explain })
      if (child.hasEnded()) throw new Error(`${script} ended at once: ${explain()}`)
      return `http://127.0.0.1:${port}`
    },
    stop: async () => {
      for (const child of children) child.signal('SIGTERM')
      await Promise.all(children.map(({ ended }) => ended))
    },
  }
}

function profiling(folder: string | undefined): Readonly<Record<string, string>> {
  return folder === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` }
}

function isOk(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** JSON is YAML. */
function configText(lmsUrl: string): string {
  const keys = { url: 'http://localhost', consumerKey: 'ck_bench', consumerSecret: 'cs_bench' }
  const lms = { id: 'campus', url: lmsUrl, clientId: 'bench', clientSecret: 'bench', callsPerMinute: 1_000_000 }
  return JSON.stringify({ stores: [{ ...store, ...keys }], lms: [lms] })
}
