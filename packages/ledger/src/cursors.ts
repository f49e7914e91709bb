import type { Ledger } from '@seatkeeper/core'
import type { Redis } from 'ioredis'

/** Where chores stopped. Key: `cursor:<chore>`. */
export function createCursors(redis: Redis, prefix: string): Pick<Ledger, 'readCursor' | 'writeCursor'> {
  return {
    readCursor: (chore) => redis.get(`${prefix}cursor:${chore}`),
    writeCursor: async (chore, cursor) => {
      await redis.set(`${prefix}cursor:${chore}`, cursor)
    },
  }
}
