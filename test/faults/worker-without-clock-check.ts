import { createLedger } from '@seatkeeper/ledger'
import {
  connectRedis,
  createLogger,
  createMetrics,
  failStart,
  loadConfig,
  loadSettings,
  serveHealth,
  Settings,
} from '@seatkeeper/service'
import { readArguments, startWorkers, workerConfig } from '@seatkeeper/worker'

/** The control of wrong clocks: a worker that does not compare its clock with that of Redis. */
async function main(): Promise<void> {
  const { roles, concurrency } = readArguments(process.argv)
  const settings = loadSettings(Settings, process.env)
  const config = loadConfig(workerConfig(roles), { file: settings.SEATKEEPER_CONFIG, env: process.env })
  const log = createLogger(settings.LOG_LEVEL)
  const ledger = createLedger(connectRedis(settings.REDIS_URL, 'ledger', log))
  const place = { connection: connectRedis(settings.REDIS_URL, 'worker', log), prefix: '{seatkeeper}:bull' }
  const metrics = createMetrics()
  const worker = startWorkers({ config, roles, ledger, place, concurrency, log, metrics })
  await serveHealth({ host: settings.HOST, port: settings.HEALTH_PORT, checks: worker.checks, metrics })
}

main().catch(failStart)
