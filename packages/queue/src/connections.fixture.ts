import type { RedisOptions } from 'ioredis'

const retryStrategy = (times: number) => Math.min(times * 100, 1000)

/** Said by a replica that was the primary a moment ago: the new one is found by connecting again. */
const isReadOnly = (error: Error) => error.message.startsWith('READONLY')

/**
 * How a producer connects: it says no within two seconds, whatever is wrong with Redis.
 *
 * A refused `add` may have been written all the same; the sweep makes that harmless. `socketTimeout` drops a connection
 * whose other end is gone without a word, which `commandTimeout` alone would keep.
 */
export const producerConnection = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 1500,
  socketTimeout: 5000,
  connectTimeout: 2000,
  retryStrategy,
  /** 1: without sending the command again. */
  reconnectOnError: (error: Error) => (isReadOnly(error) ? 1 : false),
} as const satisfies RedisOptions

/**
 * How a worker connects: it waits for Redis as long as it takes, and is back within a second of it.
 *
 * `socketTimeout` must outlast the longest blocking read of BullMQ, ten seconds and one of grace.
 *
 * @see bullmq, `src/classes/redis-queue-backend.ts`, `maximumBlockTimeout` and `waitForJob`
 */
export const workerConnection = {
  maxRetriesPerRequest: null,
  socketTimeout: 15_000,
  connectTimeout: 5000,
  retryStrategy,
  /** 2: and sends the command again. */
  reconnectOnError: (error: Error) => (isReadOnly(error) ? 2 : false),
} as const satisfies RedisOptions
