import { createLedger } from '@seatkeeper/ledger'
import { bullPrefix } from '@seatkeeper/queue'
import {
  closeOnSignal,
  closeRedis,
  connectRedis,
  createLogger,
  exitOnCrash,
  failStart,
  loadSettings,
} from '@seatkeeper/service'
import { Command } from 'commander'
import { DashboardSettings, loginOf, startDashboard } from './index.ts'

/** Shows operators what is going on: reads its settings, opens Redis, serves, closes in order. */
async function main(): Promise<void> {
  new Command('dashboard')
    .description('Shows operators orders, seats, dead letters and queues; changes nothing.')
    .addHelpText(
      'after',
      '\nEnvironment: REDIS_URL, REDIS_REPLICAS, DASHBOARD_HOST, DASHBOARD_PORT, LOG_LEVEL;\nto log in: DASHBOARD_PASSWORD_HASH, or DASHBOARD_PUBLIC_URL and DASHBOARD_OIDC_…, see docs/configuration.md.',
    )
    .parse()
  const settings = loadSettings(DashboardSettings, process.env)
  const log = createLogger(settings.LOG_LEVEL)
  exitOnCrash(log)
  const redis = connectRedis(settings.REDIS_URL, 'ledger', log)
  const dashboard = await startDashboard({
    redis,
    ledger: createLedger(redis, undefined, { replicas: settings.REDIS_REPLICAS }),
    bullPrefix,
    ...loginOf(settings),
    host: settings.DASHBOARD_HOST,
    port: settings.DASHBOARD_PORT,
    log,
  })
  closeOnSignal(log, [dashboard, { close: () => closeRedis(redis) }])
  log.info('dashboard.started', { url: dashboard.url })
}

main().catch(failStart)
