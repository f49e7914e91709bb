import { once } from 'node:events'
import type { News } from '@seatkeeper/core'
import type { Acceptance } from '@seatkeeper/fulfilment'
import {
  noTracing,
  sampled,
  StartError,
  startProblem,
  type Logger,
  type Metrics,
  type Tracing,
} from '@seatkeeper/service'
import type { IngressConfig } from './config.ts'
import { createIngressApp, createIngressServer } from './server.ts'
import type { Answered } from './webhooks.ts'

export interface IngressParts {
  readonly config: IngressConfig
  readonly accept: (news: News) => Promise<Acceptance>
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly log: Logger
  readonly metrics: Metrics
  /** Whose end is the caller's. No traces unless given. */
  readonly tracing?: Tracing
}

export interface RunningIngress {
  readonly url: string
  /** Takes no more connections, and resolves when those that are open have been answered. */
  close(): Promise<void>
}

/** Serves webhooks. @throws StartError if the port cannot be had. */
export async function startIngress({
  config,
  accept,
  host,
  port,
  log,
  metrics,
  tracing = noTracing,
}: IngressParts): Promise<RunningIngress> {
  const signal = createSignals(log, metrics)
  const onAnswered = (answered: Answered) => {
    signal(answered)
    trace(tracing, answered)
  }
  const server = createIngressServer(createIngressApp({ stores: config.stores, accept, onAnswered }))
  server.listen({ port, host })
  await once(server, 'listening').catch((cause: unknown) => {
    throw new StartError(startProblem(cause) ?? 'The ingress cannot start.', { cause })
  })
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host}:${taken}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await closed
    },
  }
}

/** A request that brought no news stands in no trace. */
function trace(tracing: Tracing, { store, status, result, change, durationMs }: Answered): void {
  if (change === undefined) return
  const route = '/webhooks/{store}'
  const fields = {
    'http.request.method': 'POST',
    'http.route': route,
    'http.response.status_code': status,
    'seatkeeper.store': store,
    'seatkeeper.result': result,
    'seatkeeper.change': change,
  }
  tracing.news(change, { name: `POST ${route}`, fields, failure: result === 'unkept' ? result : null, durationMs })
}

/**
 * One count and one log line per webhook; what is wrong with a webhook itself is a warning. While Redis keeps nothing, some
 * lines stand for all.
 */
function createSignals(log: Logger, metrics: Metrics): (answered: Answered) => void {
  const webhooks = metrics.counter({
    name: 'webhooks_total',
    help: 'Webhook requests, by what became of them.',
    labels: {
      store: 'short name of the store, or unknown',
      status: 'HTTP status answered',
      result: 'what became of it',
    },
  })
  const seconds = metrics.histogram({
    name: 'webhook_seconds',
    help: 'Time from a whole webhook request to its answer.',
    labels: { result: 'what became of it' },
    buckets: [0.002, 0.005, 0.01, 0.03, 0.1, 0.3, 1, 2],
  })
  const unkept = sampled(log, 5)
  return ({ store, status, result, durationMs, ...known }) => {
    webhooks.inc({ store, status: String(status), result })
    seconds.observe({ result }, durationMs / 1000)
    const level = status === 200 && !['error-body', 'unreadable'].includes(result) ? 'info' : 'warn'
    const quiet = result === 'unkept' ? unkept : log
    quiet[level]('webhook.answered', { store, status, result, durationMs, ...known })
  }
}
