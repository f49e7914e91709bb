import { acceptNews } from '@seatkeeper/fulfilment'
import { IngressConfig, policiesOf, startIngress } from '@seatkeeper/ingress'
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

/** The control of unsafe starts: an ingress that is ready as soon as Redis answers. */
async function main(): Promise<void> {
  const settings = loadSettings(Settings, process.env)
  const config = loadConfig(IngressConfig, { file: settings.SEATKEEPER_CONFIG, env: process.env })
  const log = createLogger(settings.LOG_LEVEL)
  const redis = connectRedis(settings.REDIS_URL, 'ledger', log)
  const metrics = createMetrics()
  const accept = acceptNews({
    ledger: createLedger(redis),
    policyOf: policiesOf(config),
    wake: () => Promise.resolve(),
    onWakeFailed: (error) => log.warn('queue.error', { error }),
  })
  await startIngress({ config, accept, host: settings.HOST, port: settings.PORT, log, metrics })
  const checks = [{ name: 'redis', isHealthy: async () => (await redis.ping()) === 'PONG' }]
  await serveHealth({ host: settings.HOST, port: settings.HEALTH_PORT, checks, metrics })
}

main().catch(failStart)
