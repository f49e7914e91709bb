import { Redis, type Cluster, type ClusterOptions, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import { errorCode } from './error-code.ts'
import type { Logger } from './logger.ts'
import { OneSlotCluster } from './one-slot-cluster.ts'
import { readRedisAddress, wantedAddress, type RedisAddress } from './redis-address.ts'
import { sampled } from './sampling.ts'
import { StartError } from './start-error.ts'

/**
 * What a connection is for: `worker` waits for jobs and outlasts any outage; `producer` (adds jobs) and `ledger` (our
 * own scripts) rather fail at once than keep a webhook or a job waiting.
 */
export type RedisPurpose = 'worker' | 'producer' | 'ledger'

/** A Redis, whoever serves it at the moment: one server, what Sentinel calls the primary, or the node of our slot. */
export type RedisClient = Redis | Cluster

/** Address of a Redis, for configuration schemas. It may hold a password. */
export const RedisUrl = z.string().refine((text) => readRedisAddress(text) !== undefined, wantedAddress)

const retryStrategy = (attempt: number) => Math.min(attempt * 100, 1000)

const always = {
  connectTimeout: 5000,
  keepAlive: 10_000,
  maxLoadingRetryTime: 1000,
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
  maxRetriesPerRequest: 1,
  commandTimeout: 1200,
  socketTimeout: 5000,
} satisfies RedisOptions

/** A worker's command waits as long as it takes its node, or the one that stands in for it, to come back. */
const ofCluster = {
  worker: { redisOptions: patient, maxRedirections: Infinity, retryDelayOnFailover: 200, retryDelayOnClusterDown: 200 },
  prompt: { redisOptions: prompt, maxRedirections: 5, enableOfflineQueue: false },
} satisfies Readonly<Record<string, ClusterOptions>>

/**
 * Opens a connection that reconnects for ever, within about a second of Redis' return, also after a failover.
 *
 * Returns at once; trouble is logged as `redis.error`, at most once a second, and never thrown as an event.
 *
 * @throws StartError if the address is none; it is not shown.
 */
export function connectRedis(url: string, purpose: RedisPurpose, log: Logger): RedisClient {
  const address = readRedisAddress(url)
  if (address === undefined) throw new StartError(`The address of Redis ${wantedAddress}.`)
  const redis = address.kind === 'cluster' ? openCluster(address, purpose) : openPrimary(address, purpose)
  const quiet = sampled(log, 1)
  const tell = (error: Error) => quiet.warn('redis.error', { purpose, code: errorCode(error), reason: error.message })
  redis.on('error', tell)
  redis.on('node error', tell)
  redis.on('ready', () => log.debug('redis.ready', { purpose }))
  return redis
}

/** Resolves once commands are answered. @throws StartError if that takes longer than `withinMs`. */
export async function untilRedisReady(redis: RedisClient, withinMs: number): Promise<void> {
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
export async function closeRedis(redis: RedisClient): Promise<void> {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, 2000)
  redis.once('end', resolve)
  const { status } = redis
  if (status === 'ready') redis.quit().catch(() => redis.disconnect())
  else redis.disconnect()
  // ioredis says no `end` between two attempts to connect: nothing is open then.
  if (status === 'reconnecting' || status === 'end') resolve()
  await ended
  clearTimeout(timer)
  if (redis.status !== 'end') redis.disconnect()
}

function openPrimary(address: Exclude<RedisAddress, { kind: 'cluster' }>, purpose: RedisPurpose): Redis {
  const connectionName = `seatkeeper-${purpose}`
  const options = purpose === 'worker' ? patient : { ...prompt, enableOfflineQueue: false }
  const usual = { ...options, retryStrategy, connectionName }
  if (address.kind === 'single') return new Redis(address.url, usual)
  const { hasTls, sentinels, name, db, ...logins } = address
  const tls = hasTls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}
  const withSentinel = { sentinels: [...sentinels], name, db, sentinelCommandTimeout: 1000, ...tls }
  return new Redis({ ...usual, ...withSentinel, ...logins })
}

function openCluster(address: Extract<RedisAddress, { kind: 'cluster' }>, purpose: RedisPurpose): Cluster {
  const { hasTls, nodes, username, password } = address
  const { redisOptions, ...options } = ofCluster[purpose === 'worker' ? 'worker' : 'prompt']
  const login = { username, password, connectionName: `seatkeeper-${purpose}`, ...(hasTls ? { tls: {} } : {}) }
  return new OneSlotCluster([...nodes], {
    ...options,
    redisOptions: { ...redisOptions, ...login },
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: 3000,
    // A certificate names hosts, so they are not to be turned into addresses.
    dnsLookup: (host, done) => done(null, host),
  })
}
