import { Redis, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import { errorCode } from './error-code.ts'
import type { Logger } from './logger.ts'
import { sampled } from './sampling.ts'
import { StartError } from './start-error.ts'

/**
 * What a connection is for: `worker` waits for jobs and outlasts any outage; `producer` (adds jobs) and `ledger` (our
 * own scripts) rather fail at once than keep a webhook or a job waiting.
 */
export type RedisPurpose = 'worker' | 'producer' | 'ledger'

const wantedAddress = 'must be redis://host:port, rediss://host:port or the path of a unix socket'

/** Address of a Redis, for configuration schemas. It may hold a password. */
export const RedisUrl = z.string().refine(isRedisUrl, wantedAddress)

const always = {
  connectTimeout: 5000,
  keepAlive: 10_000,
  maxLoadingRetryTime: 1000,
  retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
} satisfies RedisOptions

/**
 * ioredis cuts a connection that answers nothing for `socketTimeout` while a command is unanswered, and a blocking read
 * is such a command. BullMQ's last at most 10 s, so 12 s frees a half-open connection without ever cutting a sound one.
 *
 * @see ioredis, `lib/Redis.ts`, `setSocketTimeout`
 * @see bullmq, `src/classes/worker.ts`, `getBlockTimeout`
 */
const patient = { ...always, maxRetriesPerRequest: null, socketTimeout: 12_000 } satisfies RedisOptions

/**
 * Fails at once while there is no connection, and within `commandTimeout` on one that is dead or slow. A command that
 * failed may have been carried out all the same.
 */
const prompt = {
  ...always,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 1200,
  socketTimeout: 5000,
} satisfies RedisOptions

/**
 * Opens a connection that reconnects for ever, within about a second of Redis' return, also after a failover.
 *
 * Returns at once; trouble is logged as `redis.error`, at most once a second, and never thrown as an event.
 *
 * @throws StartError if the address is none; it is not shown.
 */
export function connectRedis(url: string, purpose: RedisPurpose, log: Logger): Redis {
  if (!isRedisUrl(url)) throw new StartError(`The address of Redis ${wantedAddress}.`)
  const redis = new Redis(url, {
    ...(purpose === 'worker' ? patient : prompt),
    connectionName: `seatkeeper-${purpose}`,
  })
  const quiet = sampled(log, 1)
  redis.on('error', (error) => quiet.warn('redis.error', { purpose, code: errorCode(error), reason: error.message }))
  redis.on('ready', () => log.debug('redis.ready', { purpose }))
  return redis
}

/** Resolves once commands are answered. @throws StartError if that takes longer than `withinMs`. */
export async function untilRedisReady(redis: Redis, withinMs: number): Promise<void> {
  if (redis.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const problem = `Redis did not answer within ${withinMs / 1000} s; start it or correct its address.`
  const timer = setTimeout(() => reject(new StartError(problem)), withinMs)
  redis.once('ready', resolve)
  await promise.finally(() => {
    clearTimeout(timer)
    redis.off('ready', resolve)
  })
}

/** Closes after what was sent is answered, or after two seconds at the latest; at once if there is no connection. Never throws. */
export async function closeRedis(redis: Redis): Promise<void> {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, 2000)
  redis.once('end', resolve)
  if (redis.status === 'ready') redis.quit().catch(() => redis.disconnect())
  else redis.disconnect()
  // ioredis says no `end` between two attempts to connect: nothing is open then.
  if (redis.status === 'reconnecting' || redis.status === 'end') resolve()
  await ended
  clearTimeout(timer)
  if (redis.status === 'ready') redis.disconnect()
}

function isRedisUrl(url: string): boolean {
  if (url.startsWith('/')) return !url.startsWith('//')
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return ['redis:', 'rediss:'].includes(protocol) && hostname !== ''
}
