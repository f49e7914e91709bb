import { startDashboard, type DashboardLogin } from '@seatkeeper/dashboard'
import { acceptNews, replay, type ReplayRequest, type Replayed } from '@seatkeeper/fulfilment'
import { policiesOf, startIngress, type IngressConfig } from '@seatkeeper/ingress'
import { createLedger, tellOfLostKeys, type LedgerConfig, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps } from '@seatkeeper/queue'
import {
  closeRedis,
  connectRedis,
  createMetrics,
  createRedisCheck,
  noTracing,
  serveHealth,
  untilRedisReady,
  usualWatermark,
  watchRedisRoom,
  whileRoom,
  type Closable,
  type Logger,
  type RedisDemands,
  type Tracing,
} from '@seatkeeper/service'
import { noticeCustomStatuses } from '@seatkeeper/woocommerce'
import { startWorkers, type Role, type WorkerConfig } from '@seatkeeper/worker'

export interface SystemParts {
  readonly config: WorkerConfig & { readonly webhooks: IngressConfig; readonly ledger?: LedgerConfig }
  readonly redisUrl: string
  /** What Redis must be like, or readiness says no. */
  readonly demands: RedisDemands
  readonly host: string
  /** 0 takes any free port. */
  readonly ports: { readonly ingress: number; readonly dashboard: number; readonly health: number }
  /** How people log in to the dashboard. */
  readonly login: DashboardLogin
  readonly log: Logger
  /** No traces unless given. */
  readonly tracing?: Tracing
}

/** Everything, in one process. */
export interface RunningSystem extends Closable {
  readonly ingressUrl: string
  readonly dashboardUrl: string
  readonly healthUrl: string
  readonly ledger: RedisLedger
  /** Opens dead items again. */
  replay(request: ReplayRequest): Promise<Replayed>
  close(): Promise<void>
}

const allRoles: readonly Role[] = ['enroll', 'revoke', 'orders']

/**
 * Starts ingress, all roles of the worker and the dashboard on one Redis.
 *
 * Webhooks are taken once Redis answers, not before: a shop never sends again what it was refused.
 *
 * @throws StartError if Redis does not answer, or if a port cannot be had.
 */
export async function startSystem({
  config,
  redisUrl,
  demands,
  host,
  ports,
  login,
  log,
  tracing = noTracing,
}: SystemParts): Promise<RunningSystem> {
  const redis = connectRedis(redisUrl, 'ledger', log)
  const connection = connectRedis(redisUrl, 'worker', log)
  await untilRedisReady(redis, 10_000)
  const erasureKeys = config.ledger?.erasure.keys ?? []
  const ledger = createLedger(redis, undefined, { erasureKeys, replicas: demands.replicas ?? 0 })
  tellOfLostKeys(redis, ledger, (count) => log.error('erasure.key-missing', { ...count }))
  const metrics = createMetrics()
  const signals = { log, metrics, tracing }
  const onError = (error: unknown) => log.warn('queue.error', { error })
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError })
  const room = watchRedisRoom(redis, { watermark: demands.watermark ?? usualWatermark, metrics })
  const news = acceptNews({
    ledger,
    policyOf: policiesOf(config.webhooks),
    wake: (due) => wakeUps.wake(due),
    onWakeFailed: onError,
    onSnapshot: noticeCustomStatuses((found) => log.warn('order.undecided', { ...found })),
  })
  const accept = whileRoom(room, news)
  const place = { connection, prefix: bullPrefix }
  const keeping = config.ledger === undefined ? {} : { retention: config.ledger.retention }
  const worker = startWorkers({
    config,
    roles: allRoles,
    campuses: config.lms,
    ledger,
    place,
    concurrency: 10,
    ...signals,
    ...keeping,
  })
  const ingress = await startIngress({ config: config.webhooks, accept, host, port: ports.ingress, ...signals })
  const dashboard = await startDashboard({ redis, ledger, bullPrefix, ...login, host, port: ports.dashboard, log })
  const checks = [...worker.checks, createRedisCheck(redis, demands, log, metrics), room]
  const health = await serveHealth({ host, port: ports.health, checks, metrics })
  const inOrder: readonly Closable[] = [ingress, worker, wakeUps, dashboard, health, room, tracing]
  return {
    ingressUrl: ingress.url,
    dashboardUrl: dashboard.url,
    healthUrl: `http://${host}:${health.port}`,
    ledger,
    replay: replay({ agenda: ledger, wake: (due) => wakeUps.wake(due) }),
    close: async () => {
      for (const part of inOrder) await part.close()
      await Promise.all([closeRedis(redis), closeRedis(connection)])
    },
  }
}
