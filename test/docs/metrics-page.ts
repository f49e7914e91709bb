import { startIngress } from '@seatkeeper/ingress'
import { createLedger } from '@seatkeeper/ledger'
import {
  closeRedis,
  connectRedis,
  createLogger,
  createMetrics,
  createRedisCheck,
  watchLoop,
  watchRedisRoom,
  type MetricRow,
  type Metrics,
} from '@seatkeeper/service'
import { startRedis } from '@seatkeeper/simulators'
import { startWorkers } from '@seatkeeper/worker'
import { markdownPage, markdownTable } from './markdown.ts'

/** `docs/metrics.md`: what ingress and worker count, as they define it when they start. Starts both on a private Redis. */
export async function metricsPage(): Promise<string> {
  return markdownPage(
    '# Metrics',
    'Served as Prometheus text at `/metrics` of every ingress and worker (`HEALTH_PORT`), beside those of Node itself. No label names a person, an order or a course.',
    '## Ingress',
    metricsTable((await ingressMetrics()).rows()),
    '## Worker',
    'Every worker counts the whole agenda every 10 s, so use one of them: `max by (status) (seatkeeper_agenda_items)`.',
    metricsTable((await workerMetrics()).rows()),
  )
}

const log = createLogger('silent')
const demands = { appendfsync: 'always', nowMs: Date.now } as const

/** The metrics of an ingress that started and closed again. */
export async function ingressMetrics(): Promise<Metrics> {
  const metrics = createMetrics()
  const config = { stores: [] }
  await watchLoop(log, metrics).close()
  const server = await startRedis()
  const redis = connectRedis(server.url, 'ledger', log)
  const room = watchRedisRoom(redis, { watermark: 1, metrics })
  createRedisCheck(redis, demands, log, metrics)
  const ingress = await startIngress({
    config,
    accept: async () => 'nothing',
    host: '127.0.0.1',
    port: 0,
    log,
    metrics,
  })
  await ingress.close()
  await room.close()
  await closeRedis(redis)
  await server.stop()
  return metrics
}

/** The metrics of a worker that started and closed again. */
export async function workerMetrics(): Promise<Metrics> {
  const metrics = createMetrics()
  await watchLoop(log, metrics).close()
  const server = await startRedis()
  const connection = connectRedis(server.url, 'worker', log)
  const place = { connection, prefix: '{docs}:bull' }
  const ledger = createLedger(connection, '{docs}:')
  const worker = startWorkers({
    config: { stores: [], lms: [] },
    roles: [],
    ledger,
    place,
    concurrency: 1,
    log,
    metrics,
  })
  createRedisCheck(connection, demands, log, metrics)
  await worker.close()
  await closeRedis(connection)
  await server.stop()
  return metrics
}

function metricsTable(rows: readonly MetricRow[]): string {
  return markdownTable(
    ['metric', 'kind', 'what it counts', 'labels'],
    rows.map(({ name, kind, help, labels }) => [
      `\`${name}\``,
      kind,
      help,
      Object.entries(labels)
        .map(([label, meaning]) => `\`${label}\`: ${meaning}`)
        .join('; '),
    ]),
  )
}
