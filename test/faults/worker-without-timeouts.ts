import { createLedger } from '@seatkeeper/ledger'
import {
  createLogger,
  createMetrics,
  failStart,
  loadConfig,
  loadSettings,
  serveHealth,
  Settings,
} from '@seatkeeper/service'
import { readArguments, startWorkers, workerConfig } from '@seatkeeper/worker'
import { Redis } from 'ioredis'

/** The control of half-open connections: a worker on connections as ioredis makes them, which nothing ends when it is stuck. */
async function main(): Promise<void> {
  const { roles, concurrency } = readArguments(process.argv)
  const settings = loadSettings(Settings, process.env)
  const config = loadConfig(workerConfig(roles), { file: settings.SEATKEEPER_CONFIG, env: process.env })
  const log = createLogger(settings.LOG_LEVEL)
  const ledger = createLedger(new Redis(settings.REDIS_URL))
  const place = {
    connection: new Redis(settings.REDIS_URL, { maxRetriesPerRequest: null }),
    prefix: '{seatkeeper}:bull',
  }
  const metrics = createMetrics()
  const worker = startWorkers({ config, roles, ledger, place, concurrency, log, metrics })
  await serveHealth({ host: settings.HOST, port: settings.HEALTH_PORT, checks: worker.checks, metrics })
}

main().catch(failStart)
