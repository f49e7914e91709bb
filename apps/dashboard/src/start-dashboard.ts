import { once } from 'node:events'
import { createServer } from 'node:http'
import { StartError, startProblem, type Logger } from '@seatkeeper/service'
import type { Redis } from 'ioredis'
import { createApp } from './app.ts'
import { openLaneQueues } from './lane-queues.ts'
import { createLoginThrottle } from './login-throttle.ts'
import type { PagesLedger } from './page-routes.ts'
import { PasswordHash } from './password.ts'
import { createSessions } from './sessions.ts'

export interface DashboardParts {
  /** The caller's own; it should rather fail at once than wait. */
  readonly redis: Redis
  readonly ledger: PagesLedger
  /** Of the queues, such as `{seatkeeper}:bull`. */
  readonly bullPrefix: string
  /** Of sessions and guesses; the deployment's own. */
  readonly prefix?: string
  /** What `hashPassword` gave. */
  readonly passwordHash: string
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly log: Logger
  /** Lets people log in by plain HTTP from other machines. Their password can then be read on the way. */
  readonly allowInsecureCookie?: boolean
}

/** The dashboard at work. */
export interface Dashboard {
  readonly url: string
  /** Takes no more connections and ends those that are open. */
  close(): Promise<void>
}

/** Serves the dashboard. @throws StartError if there is no usable password hash, or if the port cannot be had. */
export async function startDashboard(parts: DashboardParts): Promise<Dashboard> {
  const {
    redis,
    ledger,
    bullPrefix,
    prefix = '{seatkeeper}:',
    passwordHash,
    host,
    log,
    allowInsecureCookie = false,
  } = parts
  if (!PasswordHash.safeParse(passwordHash).success)
    throw new StartError('The dashboard does not start without a password hash.')
  const queues = openLaneQueues({ redis, agenda: ledger, bullPrefix, log })
  const sessions = createSessions({ redis, prefix, passwordHash })
  const throttle = createLoginThrottle(redis, prefix)
  const app = createApp({ redis, ledger, queues, sessions, throttle, passwordHash, allowInsecureCookie, log })
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000 }, app)
  server.listen({ port: parts.port, host })
  await once(server, 'listening').catch((cause: unknown) => {
    throw new StartError(startProblem(cause) ?? 'The dashboard cannot start.', { cause })
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : parts.port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await queues.close()
    },
  }
}
