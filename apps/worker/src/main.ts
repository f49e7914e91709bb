import { createLedger, LedgerConfig, tellOfLostKeys } from '@seatkeeper/ledger'
import { bullPrefix } from '@seatkeeper/queue'
import {
  closeOnSignal,
  closeRedis,
  connectRedis,
  createClockCheck,
  createLogger,
  createMetrics,
  createRedisCheck,
  exitOnCrash,
  exitWhenStuck,
  failStart,
  loadConfig,
  loadSettings,
  openTracing,
  redisDemands,
  refuseWrongClock,
  serveHealth,
  Settings,
  untilRedisReady,
  watchLoop,
} from '@seatkeeper/service'
import { readArguments } from './arguments.ts'
import { CampusAddresses, narrow, startWorkers, workerConfig } from './index.ts'

/** Does the work of some roles: reads its settings, opens Redis, starts its lanes, closes in order. */
async function main(): Promise<void> {
  const { roles, concurrency, ...only } = readArguments(process.argv)
  const settings = loadSettings(Settings, process.env)
  const source = { file: settings.SEATKEEPER_CONFIG, env: process.env }
  const config = narrow(loadConfig(workerConfig(roles), source), only)
  const { lms: campuses } = loadConfig(CampusAddresses, source)
  const { erasure, retention } = loadConfig(LedgerConfig, source)
  const log = createLogger(settings.LOG_LEVEL)
  exitOnCrash(log)
  const redis = connectRedis(settings.REDIS_URL, 'ledger', log)
  const connection = connectRedis(settings.REDIS_URL, 'worker', log)
  const demands = redisDemands(settings)
  await untilRedisReady(redis, 10_000)
  await refuseWrongClock(redis, demands)
  const ledger = createLedger(redis, undefined, { erasureKeys: erasure.keys, replicas: settings.REDIS_REPLICAS })
  tellOfLostKeys(redis, ledger, (count) => log.error('erasure.key-missing', { ...count }))
  const metrics = createMetrics()
  const tracing = await openTracing(settings, 'worker', log)
  const place = { connection, prefix: bullPrefix }
  const kept = { ledger, place, retention }
  const worker = startWorkers({ config, roles, campuses, ...kept, concurrency, log, metrics, tracing })
  const safety = createRedisCheck(redis, demands, log, metrics)
  const checks = [...worker.checks, safety]
  const health = await serveHealth({ host: settings.HOST, port: settings.HEALTH_PORT, checks, metrics })
  const watchdog = exitWhenStuck(log, [...worker.checks, createClockCheck(redis, demands)])
  const loop = watchLoop(log, metrics)
  const connections = [redis, connection].map((client) => ({ close: () => closeRedis(client) }))
  closeOnSignal(log, [watchdog, worker, health, tracing, ...connections, loop])
  log.info('worker.started', { roles, lanes: worker.lanes })
}

main().catch(failStart)
