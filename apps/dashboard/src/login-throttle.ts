import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'

/** How often a password may be guessed from one address. */
const guesses = { points: 5, duration: 900 }

/** Counts guesses per address in Redis, so that restarts and second processes give no new ones. */
export interface LoginThrottle {
  /** Counts one guess before it is looked at. @returns for how long guesses are refused from now; 0 if this one is not. */
  guess(address: string): Promise<number>
  /** The guess was right: earlier ones are forgotten. */
  forget(address: string): Promise<void>
}

/** Five guesses in fifteen minutes, kept at `<prefix>login:<address>`. */
export function createLoginThrottle(redis: Redis, prefix: string): LoginThrottle {
  const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: `${prefix}login`, ...guesses })
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
