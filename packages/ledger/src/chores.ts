import { itemId, type Ledger } from '@seatkeeper/core'
import type { RedisClient } from './redis-client.ts'
import type { Scripts } from './scripts.ts'

type Chores = Pick<Ledger, 'ensureChore' | 'readCursor' | 'writeCursor'>

/** What is done over and over, and where it stopped. Key: `cursor:<chore>`. */
export function createChores({ redis, run, prefix }: { redis: RedisClient; run: Scripts; prefix: string }): Chores {
  return {
    ensureChore: async (chore, lane) => {
      await run('ensureChore', itemId(chore), lane, chore.chore, chore.of)
    },
    readCursor: (chore) => redis.get(`${prefix}cursor:${chore}`),
    writeCursor: async (chore, cursor) => {
      await redis.set(`${prefix}cursor:${chore}`, cursor)
    },
  }
}
