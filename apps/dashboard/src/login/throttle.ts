import type { RedisClient } from '@seatkeeper/service'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'

/** How often a password may be guessed from one address. */
export const guesses = { points: 5, duration: 900 }

/** How often a login at the identity provider may be begun from one address: each is kept for a while. */
export const beginnings = { points: 60, duration: 900 }

/** Counts tries per address in Redis, so that restarts and second processes give no new ones. */
export interface LoginThrottle {
  /** Counts one try before it is looked at. @returns for how long tries are refused from now, ms; 0 if this one is not. */
  guess(address: string): Promise<number>
  /** The guess was right: earlier ones are forgotten. */
  forget(address: string): Promise<void>
}

/** So many tries in so many seconds, kept at `<prefix>login:<address>`. */
export function createLoginThrottle(redis: RedisClient, prefix: string, limit = guesses): LoginThrottle {
  const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: `${prefix}login`, ...limit })
  return {
    guess: async (address) => {
      try {
        await limiter.consume(address)
        return 0
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return Math.max(refused.msBeforeNext, 1)
        throw refused
      }
    },
    forget: async (address) => {
      await limiter.delete(address)
    },
  }
}
