import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { StartError, startProblem } from './start-error.ts'
import type { Metrics } from './metrics.ts'

/** One thing that must be well before work is sent here. */
export interface HealthCheck {
  /** Shown to anybody who asks: the name of a part (`redis`, `enroll`), never of a tenant. */
  readonly name: string
  isHealthy(): boolean | Promise<boolean>
}

export interface HealthOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly host: string
  readonly checks: readonly HealthCheck[]
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
}

/** The running health server. */
export interface Health {
  readonly port: number
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** A check that takes longer counts as failing: readiness must flip in time even if what it asks hangs. */
const checkPatienceMs = 2000

/**
 * Serves `/live` (the event loop turns), `/ready` (every check is well; else 503 with the names of those that are not)
 * and `/metrics`. For the inside of a cluster: it asks nobody who they are.
 *
 * @throws StartError if the port cannot be had.
 */
export async function serveHealth({ port, host, ...served }: HealthOptions): Promise<Health> {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
    void answer(request, served)
      .catch(() => text(500, 'failed'))
      .then((found) => send(response, found))
  })
  await listen(server, port, host)
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => close(server),
  }
}

/** The names of the checks that are not well, in their order; one that throws or takes over two seconds is not. */
export async function failingChecks(checks: readonly HealthCheck[]): Promise<readonly string[]> {
  const verdicts = await Promise.all(checks.map(isWell))
  return checks.filter((_, index) => verdicts[index] !== true).map(({ name }) => name)
}

async function isWell(check: HealthCheck): Promise<boolean> {
  const { promise: tooLate, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, checkPatienceMs, false)
  try {
    return await Promise.race([check.isHealthy(), tooLate])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

async function answer(request: IncomingMessage, served: Pick<HealthOptions, 'checks' | 'metrics'>): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'only GET and HEAD')
  switch (request.url?.split('?', 1)[0] ?? '') {
    case '/live':
      return json(200, { status: 'live' })
    case '/ready':
      return readiness(await failingChecks(served.checks))
    case '/metrics':
      return { status: 200, type: served.metrics.contentType, body: await served.metrics.text() }
    default:
      return text(404, 'there are /live, /ready and /metrics')
  }
}

function readiness(failing: readonly string[]): Answer {
  return failing.length === 0 ? json(200, { status: 'ready' }) : json(503, { status: 'not ready', failing })
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) }
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body }
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

function listen(server: Server, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (cause) =>
    reject(new StartError(startProblem(cause) ?? 'The health server cannot start.', { cause })),
  )
  server.listen({ port, host }, resolve)
  return promise
}

function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  return promise
}
