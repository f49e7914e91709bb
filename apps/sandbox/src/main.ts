import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loginOf } from '@seatkeeper/dashboard'
import { IngressConfig } from '@seatkeeper/ingress'
import { LedgerConfig } from '@seatkeeper/ledger'
import {
  closeOnSignal,
  createLogger,
  exitOnCrash,
  failStart,
  loadConfig,
  loadSettings,
  openTracing,
  redisDemands,
} from '@seatkeeper/service'
import { privateRedisOrUrl } from '@seatkeeper/simulators'
import { workerConfig } from '@seatkeeper/worker'
import { Command } from 'commander'
import { sayWhyNoRedis } from './no-redis.ts'
import { SandboxSettings } from './settings.ts'
import { startSystem } from './start-system.ts'

/** A small installation: everything in one process, on REDIS_URL or a private Redis that keeps its data. */
async function main(): Promise<void> {
  const { config: file, data } = new Command('seatkeeper-all')
    .description('Runs ingress, workers and dashboard in one process: enough for a small school.')
    .requiredOption('--config <file>', 'the configuration, see docs/configuration.md')
    .option('--data <folder>', 'where the private Redis keeps its data, unless REDIS_URL names one', 'data')
    .addHelpText(
      'after',
      '\nEnvironment: DASHBOARD_PASSWORD_HASH (or DASHBOARD_PUBLIC_URL and DASHBOARD_OIDC_…), DASHBOARD_PORT, REDIS_URL, HOST, PORT, HEALTH_PORT, LOG_LEVEL, REDIS_APPENDFSYNC, REDIS_ACCEPTED, REDIS_REPLICAS, REDIS_WATERMARK, OTEL_….',
    )
    .parse()
    .opts<{ config: string; data: string }>()
  const settings = loadSettings(SandboxSettings, process.env)
  const source = { file, env: process.env }
  const config = {
    ...loadConfig(workerConfig(['enroll', 'revoke', 'orders']), source),
    webhooks: loadConfig(IngressConfig, source),
    ledger: loadConfig(LedgerConfig, source),
  }
  const log = createLogger(settings.LOG_LEVEL)
  exitOnCrash(log)
  const directory = resolve(data)
  await mkdir(directory, { recursive: true })
  const say = (text: string) => log.info('redis.private', { text })
  const redis = await privateRedisOrUrl(process.env, say, directory).catch(sayWhyNoRedis)
  const ports = { ingress: settings.PORT, dashboard: settings.DASHBOARD_PORT, health: settings.HEALTH_PORT }
  const { HOST: host } = settings
  const login = loginOf(settings)
  const demands = redisDemands(settings)
  const tracing = await openTracing(settings, 'all', log)
  const system = await startSystem({ config, redisUrl: redis.url, demands, host, ports, login, log, tracing })
  closeOnSignal(log, [system, { close: () => redis.stop() }])
  log.info('system.started', { webhooks: system.ingressUrl, dashboard: system.dashboardUrl })
}

main().catch(failStart)
