import { gateName, type MeteredLms } from '@seatkeeper/core'
import { codesFound, purge, watchCursor, type RetentionDays } from '@seatkeeper/fulfilment'
import { countImbalances, type RedisLedger } from '@seatkeeper/ledger'
import { createOpenedx, type LmsAddress, type LmsConfig } from '@seatkeeper/openedx'
import {
  createDeadLetters,
  createWakeUps,
  deadLetterLane,
  keepLanes,
  startSweep,
  type LaneWorker,
  type QueuePlace,
  type WakeUps,
} from '@seatkeeper/queue'
import { noTracing, type HealthCheck, type Logger, type Metrics, type Tracing } from '@seatkeeper/service'
import { createWooStore } from '@seatkeeper/woocommerce'
import { watchBalance } from './balance-watch.ts'
import { createBeatCounter } from './beats.ts'
import type { Bench, Lanes } from './bench.ts'
import type { Role, WorkerConfig } from './config.ts'
import { lookAtSales, watchSales } from './sales-watch.ts'
import { startSeatLanes } from './seat-lanes.ts'
import { startShopLanes } from './shop-lanes.ts'
import { createSignals, type Signals } from './signals.ts'
import type { Standing } from './standing-signals.ts'
import { traceSignals } from './trace-signals.ts'

export interface WorkerParts {
  readonly config: WorkerConfig
  readonly roles: readonly Role[]
  /** Where the LMSs are whose courses are sold; who reads orders looks there before anybody buys. */
  readonly campuses?: readonly LmsAddress[]
  readonly ledger: RedisLedger
  readonly place: QueuePlace
  readonly concurrency: number
  readonly log: Logger
  readonly metrics: Metrics
  /** Whose end is the caller's. No traces unless given. */
  readonly tracing?: Tracing
  /** How long things are kept; for good unless given. */
  readonly retention?: RetentionDays
  /** What finds due items whose job is gone; a control test puts one in its place that finds nothing. */
  readonly sweeper?: typeof startSweep
  /** What talks to an LMS; a control test takes something from it. */
  readonly openLms?: typeof createOpenedx
}

/** A worker process at work: its lanes, its sweep, and how it is. */
export interface RunningWorker {
  readonly lanes: readonly string[]
  readonly checks: readonly HealthCheck[]
  close(): Promise<void>
}

/** Starts every lane that the roles and the configuration name, and the sweep that any worker runs. */
export function startWorkers(parts: WorkerParts): RunningWorker {
  const { config, roles, ledger, place, concurrency, log, metrics, sweeper = startSweep, retention } = parts
  const traces = traceSignals(parts.tracing ?? noTracing)
  const signals = createSignals(log, metrics)
  const onError = (error: unknown) => log.warn('queue.error', { error })
  const wakeUps = createWakeUps({ ...place, onError })
  const deadLetters = createDeadLetters({ ...place, onError })
  const wake: Bench['wake'] = (due, urgency) => wakeUps.wake(due, urgency)
  const beats = createBeatCounter()
  const onAttempt = both(both(beats.count, signals.onAttempt), traces.onAttempt)
  const bench: Bench = { ledger, place, wake, deadLetters, concurrency, log, signals, onAttempt, traces }
  const campuses = config.lms.map((lms) => ({ config: lms, lms: openCampus(bench, lms, parts.openLms) }))
  const groups: readonly Lanes[] = [
    ...campuses.map((campus) => startSeatLanes(bench, { ...campus, roles })),
    ...config.stores.map((store) =>
      startShopLanes(bench, store, createWooStore(store, traces.requestsTo({ 'seatkeeper.store': store.id }))),
    ),
  ]
  const workers = groups.flatMap((group) => group.workers)
  const keeper = keepLanes({ pauses: ledger, workers, ...signals.ofLanes, onError })
  const sweep = sweeper({
    agenda: ledger,
    gates: ledger.gates,
    wakeUps,
    deadLetters,
    onSwept: (swept) => log.info('agenda.swept', { ...swept }),
    onError,
  })
  const lookAtBalance = balanceLook(parts, signals, onError)
  const purgeSome =
    retention === undefined
      ? () => Promise.resolve()
      : purge({ ledger, purgeJobs: jobPurgeOf(ledger, wakeUps), days: retention, onPurged: signals.onPurged })
  const sales = startSalesWatch(parts, signals)
  let [isPrepared, isIndexed] = [false, false]
  const looking = repeatedly(lookEveryMs, onError, async () => {
    if (!isPrepared) await Promise.all(groups.map((group) => group.prepare()))
    isPrepared = true
    isIndexed ||= await ledger.growSearchIndex(indexedPerLook)
    await Promise.all([ledger.addBeats(beats.take()), showStanding(parts, signals)])
    if (roles.includes('revoke')) await lookAtBalance()
    await purgeSome()
    for (const campus of campuses) signals.onCallsLeft(campus.config.id, await campus.lms.callsLeft())
  })
  return {
    lanes: workers.map(({ lane }) => lane),
    checks: roles.map((role) => checkOf(role, workers)),
    close: async () => {
      clearInterval(looking)
      await sales.close()
      await keeper.close()
      await sweep.close()
      await Promise.all(groups.map((group) => group.close()))
      await Promise.all([wakeUps.close(), deadLetters.close()])
    },
  }
}

function checkOf(role: Role, workers: readonly LaneWorker[]): HealthCheck {
  const own = workers.filter(({ lane }) => lanesOf[role].includes(lane.split('.')[0] ?? ''))
  return { name: role, isHealthy: () => own.every((worker) => worker.isProgressing()) }
}

async function showStanding({ ledger, config }: WorkerParts, signals: Signals): Promise<void> {
  signals.onCounted(await ledger.conservation())
  signals.onStanding(await standingOf(ledger, config))
}

async function standingOf(ledger: RedisLedger, { lms, stores }: WorkerConfig): Promise<Standing> {
  const names = [...lms.map(({ id }) => gateName.lms(id)), ...stores.map(({ id }) => gateName.store(id))]
  const gates = await Promise.all(names.map(async (name) => [name, await ledger.gates.read(name)] as const))
  const webhooks = await Promise.all(
    stores.map(async ({ id }) => [id, codesFound(await ledger.readCursor(watchCursor(id)))] as const),
  )
  return {
    lanes: await ledger.backlog(),
    deadByCode: await ledger.deadByCode(),
    gates: new Map(gates),
    webhooks: new Map(webhooks),
  }
}

/** An LMS whose calls are counted with those of all other workers. */
function openCampus({ ledger, signals, log, traces }: Bench, config: LmsConfig, open = createOpenedx): MeteredLms {
  const { id, callsPerMinute } = config
  return open(config, {
    tokens: (clientId) => ledger.tokens(id, clientId),
    budget: ledger.callBudget(id, callsPerMinute),
    onCall: (call) => signals.onCall(id, call),
    ...traces.requestsTo({ 'seatkeeper.lms': id }),
    onRest: (client, code) => log.error('lms.client-refused', { lms: id, client, code }),
    onListRefused: (code) => log.warn('lms.list-refused', { lms: id, code }),
  })
}

/** Looks at the balance of the next few seats; whole counts are shown, and kept for the console. */
function balanceLook({ ledger, config }: WorkerParts, signals: Signals, onError: (error: unknown) => void) {
  const keepBalance: Signals['onBalanced'] = (lms, seats) =>
    void ledger.keepBalance({ lms, ...countImbalances(seats) }).catch(onError)
  return watchBalance({
    ledger,
    lms: config.lms,
    onBalanced: both(signals.onBalanced, keepBalance),
  })
}

/** One listener for two. */
function both<Told extends readonly unknown[]>(one: (...told: Told) => void, other: (...told: Told) => void) {
  return (...told: Told): void => {
    one(...told)
    other(...told)
  }
}

/** The first words of a role's lanes. */
const lanesOf: Readonly<Record<Role, readonly string[]>> = {
  enroll: ['enroll'],
  revoke: ['revoke', 'audit'],
  orders: ['orders', 'tell', 'chores'],
}

/** Of every lane there ever was, the view of what is dead included. */
function jobPurgeOf(ledger: Pick<RedisLedger, 'lanes'>, wakeUps: Pick<WakeUps, 'purge'>) {
  return async (olderThanMs: number) => wakeUps.purge([...(await ledger.lanes()), deadLetterLane], olderThanMs)
}

/** Who reads orders knows what is sold. */
function startSalesWatch({ config, campuses = [], log }: WorkerParts, { onSales }: Signals) {
  const { stores } = config
  return watchSales({
    stores: campuses.length === 0 ? [] : stores.map(({ id }) => id),
    look: lookAtSales(stores, campuses),
    firstMs: 600_000,
    everyMs: 6 * 3_600_000,
    onLooked: onSales,
    onFailure: (of, error) => log.warn('chore.failed', { chore: 'catalogue', of, error }),
  })
}

const lookEveryMs = 10_000

/** Seats from before there was a search index, at one look. */
const indexedPerLook = 2000

/** At once and then again and again, one look at a time: what Redis could not do this time it may do the next. */
function repeatedly(everyMs: number, onError: (error: unknown) => void, look: () => Promise<void>): NodeJS.Timeout {
  let isLooking = false
  const once = async () => {
    if (isLooking) return
    isLooking = true
    await look().catch(onError)
    isLooking = false
  }
  void once()
  return setInterval(() => void once(), everyMs)
}
