import { itemId, type Ledger } from '@seatkeeper/core'
import type { LedgerParts } from './scripts.ts'

type Chores = Pick<Ledger, 'ensureChore' | 'readCursor' | 'writeCursor'>

/** What is done over and over, and where it stopped. Key: `cursor:<chore>`. */
export function createChores({ redis, run, prefix }: LedgerParts): Chores {
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
