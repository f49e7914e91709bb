import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ReplayParts } from '@seatkeeper/fulfilment'
import { createWakeUps } from '@seatkeeper/queue'
import { StartError, startProblem, type Logger, type RedisClient } from '@seatkeeper/service'
import { createApp, type ConsoleLedger } from './app.ts'
import { openLaneQueues } from './lane-queues.ts'
import { createProvider, type ProviderConfig } from './login/identity-provider.ts'
import { createLoginFlows } from './login/login-flows.ts'
import { PasswordHash } from './login/password.ts'
import { createSessions } from './login/sessions.ts'
import type { SingleSignOn } from './login/single-sign-on.ts'
import { beginnings, createLoginThrottle } from './login/throttle.ts'
import { createReplayRuns } from './replay-runs.ts'

/** How people log in: by one password, at an identity provider, or either. */
export interface DashboardLogin {
  /** What `hashPassword` gave. */
  readonly passwordHash?: string | undefined
  readonly signOn?: (Omit<SingleSignOn, 'provider'> & { readonly provider: ProviderConfig }) | undefined
}

export interface DashboardParts extends DashboardLogin {
  /** The caller's own; it should rather fail at once than wait. */
  readonly redis: RedisClient
  readonly ledger: ConsoleLedger & ReplayParts['agenda']
  /** Of the queues, such as `{seatkeeper}:bull`. */
  readonly bullPrefix: string
  /** Of sessions and guesses; the deployment's own. */
  readonly prefix?: string
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

/** Serves the dashboard. @throws StartError if nobody could log in, or if the port cannot be had. */
export async function startDashboard(parts: DashboardParts): Promise<Dashboard> {
  const {
    redis,
    ledger,
    bullPrefix,
    prefix = '{seatkeeper}:',
    passwordHash,
    signOn,
    host,
    log,
    allowInsecureCookie = false,
  } = parts
  refuseOpenDoor({ passwordHash, signOn })
  const queues = openLaneQueues({ redis, agenda: ledger, bullPrefix, log })
  const onError = (error: unknown) => log.warn('queue.error', { error })
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError })
  // What could not be woken now, the sweep wakes.
  const wake: ReplayParts['wake'] = (due) => wakeUps.wake(due).catch(onError)
  const runs = createReplayRuns({ agenda: ledger, wake, log })
  const app = createApp({
    redis,
    ledger,
    queues,
    runs,
    wake,
    sessions: createSessions({ redis, prefix, door: doorOf({ passwordHash, signOn }) }),
    flows: createLoginFlows(redis, prefix),
    guesses: createLoginThrottle(redis, prefix),
    beginnings: createLoginThrottle(redis, prefix, beginnings),
    passwordHash,
    signOn: signOn && { ...signOn, provider: createProvider(signOn.provider) },
    allowInsecureCookie,
    log,
  })
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
      await runs.close()
      await Promise.all([queues.close(), wakeUps.close()])
    },
  }
}

function refuseOpenDoor({ passwordHash, signOn }: DashboardLogin): void {
  if (passwordHash === undefined && signOn === undefined)
    throw new StartError('The dashboard does not start without a password hash or an identity provider.')
  if (passwordHash !== undefined && !PasswordHash.safeParse(passwordHash).success)
    throw new StartError('The dashboard does not start without a password hash that hash-password printed.')
}

/** What decides who comes in; a new client secret does not. */
export function doorOf({ passwordHash, signOn }: DashboardLogin): string {
  return JSON.stringify([passwordHash, signOn?.provider.issuer, signOn?.provider.clientId, signOn?.roles])
}
