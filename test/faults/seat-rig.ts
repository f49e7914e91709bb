import type { WakeUp } from '@seatkeeper/core'
import { courseSku } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { LmsConfig } from '@seatkeeper/openedx'
import { bullPrefix, createWakeUps, type QueuePlace } from '@seatkeeper/queue'
import { createMetrics, type Logger } from '@seatkeeper/service'
import {
  startLmsSimulator,
  startRedis,
  type LmsFaultPlan,
  type LmsOptions,
  type LmsSimulator,
} from '@seatkeeper/simulators'
import { startWorkers, type RunningWorker } from '@seatkeeper/worker'
import { Redis } from 'ioredis'
import { addressOf, openTill } from './till.ts'

/** What a worker's log has of one attempt of a job. */
export interface LoggedAttempt {
  readonly event: string
  readonly lane: string
  readonly result: string
  readonly durationMs: number
  /** Of a failed one only. */
  readonly next?: { readonly kind: string }
}

/** LMSs, a Redis, and workers in this process that settle what is sold. */
export interface SeatRig {
  readonly redis: Redis
  readonly ledger: RedisLedger
  /** Adds jobs for workers. */
  wake(due: readonly WakeUp[]): Promise<void>
  /** By name. */
  readonly campuses: ReadonlyMap<string, LmsSimulator>
  /** Every attempt so far, oldest first. */
  readonly attempts: readonly LoggedAttempt[]
  /** Somebody new buys a course of an LMS where they have an account. */
  sell(lms: string, learner: string, sku?: string): Promise<void>
  holds(lms: string, learner: string): boolean
  /** How often something happened to a learner's row. */
  times(lms: string, kind: 'activated' | 'deactivated' | 'mail', learner: string): number
  startWorker(): RunningWorker
  close(): Promise<void>
}

export interface SeatRigOptions {
  readonly campuses: readonly string[]
  readonly lms?: LmsOptions
  /** Over the usual settings of each LMS. */
  readonly settings?: Partial<Omit<LmsConfig, 'id' | 'url'>>
  readonly concurrency?: number
  /** What workers get for a ledger: the control of a test composes a guard away. */
  readonly guarded?: (ledger: RedisLedger) => RedisLedger
  /** How workers open their ledger. */
  readonly open?: typeof createLedger
}

const client = { clientId: 'seatkeeper', clientSecret: 'secret-example' }
const prefix = bullPrefix

export async function openSeatRig(options: SeatRigOptions): Promise<SeatRig> {
  const { concurrency = 10, guarded = (ledger) => ledger, open = createLedger, settings = {} } = options
  const server = await startRedis()
  const redis = new Redis(server.url)
  const connections: Redis[] = [redis]
  const connect = () => {
    const connection = new Redis(server.url, { maxRetriesPerRequest: null })
    connections.push(connection)
    return connection
  }
  const ledger = createLedger(redis)
  const campuses = new Map<string, LmsSimulator>()
  for (const name of options.campuses) campuses.set(name, await openCampus(options.lms))
  const lms = [...campuses].map(([id, { url }]) =>
    LmsConfig.parse({ id, url, ...client, callsPerMinute: 1_000_000, ...settings }),
  )
  const { attempts, log } = captureAttempts()
  const place: QueuePlace = { connection: connect(), prefix }
  const wakeUps = createWakeUps({ ...place, onError: () => undefined })
  const till = openTill(ledger, (due) => wakeUps.wake(due))
  const workers: RunningWorker[] = []
  return {
    redis,
    ledger,
    wake: (due) => wakeUps.wake(due),
    campuses,
    attempts,
    sell: async (name, learner, sku) => {
      campuses.get(name)?.addUser({ username: learner, email: addressOf(learner) })
      await till.sell(name, learner, sku)
    },
    holds: (name, learner) => campuses.get(name)?.row(learner, courseSku)?.isActive ?? false,
    times: (name, kind, learner) =>
      campuses.get(name)?.events.filter((event) => event.kind === kind && event.username === learner).length ?? 0,
    startWorker: () => {
      const worker = startWorkers({
        config: { stores: [], lms },
        roles: ['enroll', 'revoke'],
        ledger: guarded(open(connect())),
        place: { connection: connect(), prefix },
        concurrency,
        log,
        metrics: createMetrics(),
      })
      workers.push(worker)
      return worker
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()))
      await wakeUps.close()
      for (const connection of connections) connection.disconnect()
      await Promise.all([...campuses.values()].map((campus) => campus.stop()))
      await server.stop()
    },
  }
}

async function openCampus(options: LmsOptions = {}): Promise<LmsSimulator> {
  const campus = await startLmsSimulator({ staffCallsPerMinute: Infinity, tokenCallsPerMinute: Infinity, ...options })
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  campus.addCourse({ key: courseSku, name: 'A course', modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  return campus
}

function captureAttempts(): { readonly attempts: readonly LoggedAttempt[]; readonly log: Logger } {
  const attempts: LoggedAttempt[] = []
  const take = (event: string, fields: object = {}) => {
    if (event.startsWith('job.')) attempts.push({ event, ...(fields as Omit<LoggedAttempt, 'event'>) })
  }
  return { attempts, log: { debug: take, info: take, warn: take, error: take } }
}

/** Begins a trouble at an LMS and gives what ends it. */
export const fault =
  (plan: LmsFaultPlan) =>
  (campus: LmsSimulator): (() => void) =>
    campus.faults.add(plan)

/** Gates that stand open whatever is said, and let everybody ask. */
export function withoutGates(ledger: RedisLedger): RedisLedger {
  const gates: RedisLedger['gates'] = {
    read: () => Promise.resolve({ state: 'open' }),
    shut: () => Promise.resolve(),
    open: () => Promise.resolve(),
    claimProbe: () => Promise.resolve(true),
  }
  return { ...ledger, gates }
}
