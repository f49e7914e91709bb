import type { Retention } from '@seatkeeper/core'
import { z } from 'zod'
import type { LedgerParts } from './scripts.ts'

/** What goes when its time is over. */
export function createRetention({ redis, run, prefix }: LedgerParts): Retention {
  return {
    purgeItems: async (cursor, limit, { timelinesMs, replaysMs, ordersMs }) => {
      const [next, ids] = await redis.sscan(`${prefix}agenda:registered`, cursor ?? '0', 'COUNT', limit)
      const gone = await Promise.all(ids.map((id) => run('purgeItem', id, timelinesMs, replaysMs, ordersMs)))
      const removed = z.array(z.number()).parse(gone)
      return { removed: removed.reduce((sum, count) => sum + count, 0), next: next === '0' ? null : next }
    },
    purgeOperatorLog: async ({ operatorLogMs }) => {
      await redis.xtrim(`${prefix}operators`, 'MINID', Math.max(0, Math.floor(operatorLogMs)))
    },
  }
}
