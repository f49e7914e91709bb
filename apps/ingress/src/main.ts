import { acceptNews } from '@seatkeeper/fulfilment'
import { createLedger, LedgerConfig, tellOfLostKeys } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps } from '@seatkeeper/queue'
import {
  closeOnSignal,
  closeRedis,
  connectRedis,
  createLogger,
  createMetrics,
  createRedisCheck,
  exitOnCrash,
  failStart,
  loadConfig,
  loadSettings,
  openTracing,
  redisDemands,
  serveHealth,
  Settings,
  watchLoop,
  watchRedisRoom,
  whileRoom,
} from '@seatkeeper/service'
import { noticeCustomStatuses } from '@seatkeeper/woocommerce'
import { Command } from 'commander'
import { policiesOf, IngressConfig, startIngress } from './index.ts'

/** Receives webhooks: reads its settings, opens Redis, serves, closes in order. */
async function main(): Promise<void> {
  new Command('ingress')
    .description('Receives the webhooks of shops at /webhooks/<store>.')
    .addHelpText(
      'after',
      '\nEnvironment: SEATKEEPER_CONFIG, REDIS_URL, HOST, PORT, HEALTH_PORT, LOG_LEVEL, REDIS_APPENDFSYNC, REDIS_ACCEPTED, REDIS_REPLICAS, REDIS_WATERMARK, OTEL_….',
    )
    .parse()
  const settings = loadSettings(Settings, process.env)
  const source = { file: settings.SEATKEEPER_CONFIG, env: process.env }
  const config = loadConfig(IngressConfig, source)
  const { erasure } = loadConfig(LedgerConfig, source)
  const log = createLogger(settings.LOG_LEVEL)
  exitOnCrash(log)
  const redis = connectRedis(settings.REDIS_URL, 'ledger', log)
  const ledger = createLedger(redis, undefined, { erasureKeys: erasure.keys, replicas: settings.REDIS_REPLICAS })
  tellOfLostKeys(redis, ledger, (count) => log.error('erasure.key-missing', { ...count }))
  const onError = (error: unknown) => log.warn('queue.error', { error })
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError })
  const metrics = createMetrics()
  const tracing = await openTracing(settings, 'ingress', log)
  const room = watchRedisRoom(redis, { watermark: settings.REDIS_WATERMARK, metrics })
  const news = acceptNews({
    ledger,
    policyOf: policiesOf(config),
    wake: (due) => wakeUps.wake(due),
    onWakeFailed: onError,
    onSnapshot: noticeCustomStatuses((found) => log.warn('order.undecided', { ...found })),
  })
  const accept = whileRoom(room, news)
  const { HOST: host, PORT: port } = settings
  const ingress = await startIngress({ config, accept, host, port, log, metrics, tracing })
  const checks = [createRedisCheck(redis, redisDemands(settings), log, metrics), room]
  const health = await serveHealth({ host, port: settings.HEALTH_PORT, checks, metrics })
  const loop = watchLoop(log, metrics)
  closeOnSignal(log, [ingress, wakeUps, health, room, tracing, { close: () => closeRedis(redis) }, loop])
  log.info('ingress.started', { url: ingress.url, stores: config.stores.map(({ id }) => id) })
}

main().catch(failStart)
