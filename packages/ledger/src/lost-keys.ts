import type { Erasure, TombstoneCount } from '@seatkeeper/core'
import type { RedisClient } from './redis-client.ts'

/**
 * Tells once, as soon as Redis answers, if there are tombstones that no key in use was made for: orders of learners who were
 * erased would bring them back.
 */
export function tellOfLostKeys(
  redis: Pick<RedisClient, 'status' | 'once'>,
  ledger: Pick<Erasure, 'countTombstones'>,
  tell: (count: TombstoneCount) => void,
): void {
  const lookLater = () => void redis.once('ready', look)
  const look = () =>
    void ledger.countTombstones().then((count) => (count.foreign > 0 ? tell(count) : undefined), lookLater)
  if (redis.status === 'ready') look()
  else lookLater()
}
