import type { Say } from './redis-binary.ts'
import { startRedis } from './redis.ts'

/** A Redis to connect to, and how to be done with it. */
export interface RedisAtHand {
  /** For ioredis: an address or the path of a unix socket. */
  readonly url: string
  /** Ends a private Redis; leaves somebody else's alone. */
  stop(): Promise<void>
}

/**
 * The operator's Redis if REDIS_URL names one, else a private one that goes with this process.
 *
 * @param directory keeps a private one's data for a later start.
 */
export async function privateRedisOrUrl(
  environment: { readonly REDIS_URL?: string | undefined },
  say: Say,
  directory?: string,
): Promise<RedisAtHand> {
  if (environment.REDIS_URL) return { url: environment.REDIS_URL, stop: async () => {} }
  return startRedis({ say, ...(directory === undefined ? {} : { directory }) })
}
