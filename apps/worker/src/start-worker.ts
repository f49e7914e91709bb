import type { RedisLedger } from '@seatkeeper/ledger'
import { createOpenedx } from '@seatkeeper/openedx'
import { createDeadLetters, createWakeUps, startSweep, type QueuePlace } from '@seatkeeper/queue'
import type { HealthCheck, Logger, Metrics } from '@seatkeeper/service'
import { createWooStore, policyOf } from '@seatkeeper/woocommerce'
import { patienceOf, type Role, type WorkerConfig } from './config.ts'
import { startOrderLane, startSeatLanes, type Lanes } from './lanes.ts'
import { createSignals } from './signals.ts'

export interface WorkerParts {
  readonly config: WorkerConfig
  readonly roles: readonly Role[]
  readonly ledger: RedisLedger
  readonly place: QueuePlace
  readonly concurrency: number
  readonly log: Logger
  readonly metrics: Metrics
  /** What finds due items whose job is gone; a control test puts one in its place that finds nothing. */
  readonly sweeper?: typeof startSweep
}

/** A worker process at work: its lanes, its sweep, and how it is. */
export interface RunningWorker {
  readonly lanes: readonly string[]
  readonly checks: readonly HealthCheck[]
  close(): Promise<void>
}

/** Starts every lane that the roles and the configuration name, and the sweep that any worker runs. */
export function startWorkers(parts: WorkerParts): RunningWorker {
  const { config, roles, ledger, place, concurrency, log, metrics, sweeper = startSweep } = parts
  const signals = createSignals(log, metrics)
  const onError = (error: unknown) => log.warn('queue.error', { error })
  const wakeUps = createWakeUps({ ...place, onError })
  const deadLetters = createDeadLetters({ ...place, onError })
  const bench = { ledger, place, wakeUps, deadLetters, concurrency, log, onAttempt: signals.onAttempt }
  const groups: readonly Lanes[] = [
    ...config.lms.map((lms) =>
      startSeatLanes(bench, {
        id: lms.id,
        lms: createOpenedx(lms, { tokens: ledger.tokens(lms.id) }),
        patience: patienceOf(lms),
        roles,
      }),
    ),
    ...config.stores.map((store) =>
      startOrderLane(bench, {
        id: store.id,
        store: createWooStore(store),
        policy: policyOf(store),
      }),
    ),
  ]
  const sweep = sweeper({
    agenda: ledger,
    gates: ledger.gates,
    wakeUps,
    deadLetters,
    onSwept: (swept) => log.info('agenda.swept', { ...swept }),
    onError,
  })
  const counting = countEvery(10_000, async () => signals.onCounted(await ledger.conservation()), onError)
  const workers = groups.flatMap((group) => group.workers)
  return {
    lanes: workers.map(({ lane }) => lane),
    checks: roles.map((role) => ({
      name: role,
      isHealthy: () =>
        workers.filter(({ lane }) => lane.startsWith(`${role}.`)).every((worker) => worker.isProgressing()),
    })),
    close: async () => {
      clearInterval(counting)
      await sweep.close()
      await Promise.all(groups.map((group) => group.close()))
      await Promise.all([wakeUps.close(), deadLetters.close()])
    },
  }
}

function countEvery(everyMs: number, count: () => Promise<void>, onError: (error: unknown) => void): NodeJS.Timeout {
  return setInterval(() => void count().catch(onError), everyMs)
}
