import { PassThrough } from 'node:stream'
import { OrderId } from '@seatkeeper/core'
import { anOffer, anOrder, courseSku, emailOf } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { createOpenedx } from '@seatkeeper/openedx'
import { bullPrefix, createWakeUps } from '@seatkeeper/queue'
import {
  closeRedis,
  connectRedis,
  createLogger,
  createMetrics,
  untilRedisReady,
  type Metrics,
  type RedisClient,
} from '@seatkeeper/service'
import { startLmsSimulator, startRedis, type LmsOptions, type LmsSimulator } from '@seatkeeper/simulators'
import { startWorkers, workerConfig, type RunningWorker, type WorkerParts } from '@seatkeeper/worker'

/** Workers that enrol at one simulated LMS, each with connections of its own, and sales that give them work. */
export interface Work {
  readonly campus: LmsSimulator
  readonly ledger: RedisLedger
  readonly metrics: readonly Metrics[]
  /** Makes seats of one course run due, for learners with accounts. */
  sell(learners: number): Promise<void>
  /** Lets the workers go. */
  start(): Promise<void>
  /** Learners who are enrolled by now. */
  enrolled(): number
  /** Calls that the LMS counts, as they were answered. */
  countedCalls(): LmsSimulator['journal']
  close(): Promise<void>
}

export interface WorkOptions {
  readonly lms?: LmsOptions
  readonly workers?: number
  readonly concurrency?: number
  readonly callsPerMinute?: number
  /** How a worker opens its ledger; a control takes something away here. */
  readonly open?: (redis: RedisClient) => RedisLedger
  readonly openLms?: WorkerParts['openLms']
}

const client = { clientId: 'seatkeeper', clientSecret: 'lms-secret' }
const prefix = bullPrefix
const counted: ReadonlySet<string> = new Set(['enrollment-get', 'enrollment-list', 'enrollment-post', 'allowed'])

export async function startWork(options: WorkOptions = {}): Promise<Work> {
  const { lms, workers: count = 2, concurrency = 10, callsPerMinute = 1_000_000, open = createLedger } = options
  const { openLms = createOpenedx } = options
  const server = await startRedis()
  const log = createLogger('error', { stream: new PassThrough().resume() })
  const campus = await startLmsSimulator({ tokenCallsPerMinute: Infinity, ...lms })
  campus.addUser({ username: 'service', email: 'service@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'service' })
  campus.addCourse({ key: courseSku, name: 'Computer Science 101', modes: [{ slug: 'audit' }, { slug: 'verified' }] })
  const config = workerConfig(['enroll']).parse({
    stores: [],
    lms: [{ id: 'campus', url: campus.url, ...client, callsPerMinute }],
  })
  const closers: (() => Promise<unknown>)[] = [() => campus.stop(), () => server.stop()]
  const connect = async (what: 'ledger' | 'worker') => {
    const redis = connectRedis(server.url, what, log)
    await untilRedisReady(redis, 5000)
    closers.unshift(() => closeRedis(redis))
    return redis
  }
  const startOne = async (): Promise<Metrics> => {
    const [ledger, connection] = [open(await connect('ledger')), await connect('worker')]
    const metrics = createMetrics()
    const place = { connection, prefix }
    const worker: RunningWorker = startWorkers({
      config,
      roles: ['enroll'],
      ledger,
      place,
      concurrency,
      log,
      metrics,
      openLms,
    })
    closers.unshift(() => worker.close())
    return metrics
  }
  const redis = await connect('ledger')
  const ledger = createLedger(redis)
  const wakeUps = createWakeUps({ connection: redis, prefix, onError: () => undefined })
  closers.unshift(() => wakeUps.close())
  const metrics: Metrics[] = []
  let sold = 0
  return {
    campus,
    ledger,
    metrics,
    sell: async (learners) => {
      const last = sold + learners
      for (; sold < last; sold += 1) {
        const learner = `learner${sold}@example.org`
        campus.addUser({ username: `learner${sold}`, email: learner })
        const order = anOrder({ order: OrderId.parse(String(5000 + sold)), learner: emailOf(learner) })
        await wakeUps.wake((await ledger.applySnapshot(anOffer(order))).wakeUps)
      }
    },
    start: async () => {
      for (let index = 0; index < count; index += 1) metrics.push(await startOne())
    },
    enrolled: () => campus.rows().filter(({ isActive, mode }) => isActive && mode === 'verified').length,
    countedCalls: () => campus.journal.filter(({ route }) => counted.has(route)),
    close: async () => {
      for (const close of closers) await close()
    },
  }
}
