import { setTimeout as pause } from 'node:timers/promises'
import { createLedger } from '@seatkeeper/ledger'
import { LmsConfig } from '@seatkeeper/openedx'
import { bullPrefix } from '@seatkeeper/queue'
import { createLogger, createMetrics } from '@seatkeeper/service'
import { startRedis } from '@seatkeeper/simulators'
import { startWorkers } from '@seatkeeper/worker'
import { Redis } from 'ioredis'
import type { Figure } from './orders-at-rest.ts'

const settlingMs = 5000
const watchedMs = 30_000

/** A worker with one lane for each LMS, and no jobs. */
export async function measureIdling(lanes: number): Promise<readonly Figure[]> {
  const few = await idle(1)
  const many = await idle(lanes)
  const perLane = (of: (cost: Idling) => number) => (of(many) - of(few)) / (lanes - 1)
  return [
    ['connections of a worker with one lane', `${few.connections}`],
    ['connections for each further lane', perLane(({ connections }) => connections).toFixed(1)],
    ['commands a second of an idle worker, one lane', few.commands.toFixed(1)],
    ['commands a second for each further idle lane', perLane(({ commands }) => commands).toFixed(2)],
    ['Redis CPU for each further idle lane', `${(perLane(({ cpu }) => cpu) * 1e6).toFixed(0)} µs a second`],
  ]
}

interface Idling {
  readonly connections: number
  /** A second. */
  readonly commands: number
  /** Seconds of Redis' CPU a second. */
  readonly cpu: number
}

async function idle(lanes: number): Promise<Idling> {
  const server = await startRedis()
  const admin = new Redis(server.url)
  const [redis, connection] = [new Redis(server.url), new Redis(server.url, { maxRetriesPerRequest: null })]
  const client = { clientId: 'seatkeeper', clientSecret: 'secret-example' }
  const lms = Array.from({ length: lanes }, (_, index) =>
    LmsConfig.parse({ id: `campus-${index}`, url: 'http://localhost:1', ...client }),
  )
  const worker = startWorkers({
    config: { stores: [], lms },
    roles: ['enroll'],
    ledger: createLedger(redis),
    place: { connection, prefix: bullPrefix },
    concurrency: 10,
    log: createLogger('silent'),
    metrics: createMetrics(),
  })
  await pause(settlingMs)
  const first = await look(admin)
  await pause(watchedMs)
  const last = await look(admin)
  const seconds = (last.atMs - first.atMs) / 1000
  await worker.close()
  for (const one of [admin, redis, connection]) one.disconnect()
  await server.stop()
  return {
    connections: last.connections - 1,
    commands: (last.commands - first.commands) / seconds,
    cpu: (last.cpu - first.cpu) / seconds,
  }
}

async function look(admin: Redis) {
  const info = await admin.info()
  const field = (name: string) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1])
  return {
    atMs: performance.now(),
    connections: field('connected_clients'),
    commands: field('total_commands_processed'),
    cpu: field('used_cpu_user') + field('used_cpu_sys'),
  }
}
