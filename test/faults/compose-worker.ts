import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import {
  closeOnSignal,
  connectRedis,
  createLogger,
  createMetrics,
  failStart,
  loadConfig,
  loadSettings,
  serveHealth,
  Settings,
} from '@seatkeeper/service'
import { readArguments, startWorkers, workerConfig, type WorkerParts } from '@seatkeeper/worker'

/** What a worker of a fault test has in the place of the product's own. */
export interface Replaced {
  readonly sweeper?: WorkerParts['sweeper']
  readonly ledger?: (ledger: RedisLedger) => RedisLedger
  readonly connect?: typeof connectRedis
  readonly closeOnSignal?: typeof closeOnSignal
}

/** Runs a worker as its main file does, except for what was replaced. */
export function runWorker(replaced: Replaced): void {
  start(replaced).catch(failStart)
}

async function start({
  sweeper,
  ledger: replace = (ledger) => ledger,
  connect = connectRedis,
  closeOnSignal: closing = closeOnSignal,
}: Replaced): Promise<void> {
  const { roles, concurrency } = readArguments(process.argv)
  const settings = loadSettings(Settings, process.env)
  const config = loadConfig(workerConfig(roles), { file: settings.SEATKEEPER_CONFIG, env: process.env })
  const log = createLogger(settings.LOG_LEVEL)
  const ledger = replace(createLedger(connect(settings.REDIS_URL, 'ledger', log)))
  const place = { connection: connect(settings.REDIS_URL, 'worker', log), prefix: '{seatkeeper}:bull' }
  const metrics = createMetrics()
  const parts = { config, roles, ledger, place, concurrency, log, metrics }
  const worker = startWorkers(sweeper === undefined ? parts : { ...parts, sweeper })
  const health = await serveHealth({ host: settings.HOST, port: settings.HEALTH_PORT, checks: worker.checks, metrics })
  closing(log, [worker, health])
}
