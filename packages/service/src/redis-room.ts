import type { Closable } from './closing.ts'
import type { HealthCheck } from './health.ts'
import type { Metrics } from './metrics.ts'
import { memoryShare, readInfo } from './redis-info.ts'
import { redisSignals } from './redis-signals.ts'
import type { RedisClient } from './redis.ts'

export interface RedisRoomOptions {
  /** Share of maxmemory, 0 to 1, from which on there is no room for news. */
  readonly watermark: number
  readonly metrics: Pick<Metrics, 'gauge'>
  readonly everyMs?: number
}

/** Whether Redis has room for more news, as of the last look. */
export interface RedisRoom extends HealthCheck, Closable {
  hasRoom(): boolean
}

/**
 * Looks at Redis' memory again and again, and shows that and its append-only file.
 *
 * What is full refuses every write, so workers could not even fetch what would make room. Whoever brings news has to
 * stop before that. Without maxmemory, or where INFO is forbidden, there is always room.
 */
export function watchRedisRoom(
  redis: RedisClient,
  { watermark, metrics, everyMs = 1000 }: RedisRoomOptions,
): RedisRoom {
  const show = redisSignals(metrics)
  let share = 0
  const look = async () => {
    const [memory, persistence] = await Promise.all([readInfo(redis, 'memory'), readInfo(redis, 'persistence')])
    share = memoryShare(memory)
    show(new Map([...memory, ...persistence]))
  }
  const hasRoom = () => share < watermark
  const lookAsPossible = () => look().catch(() => undefined)
  const timer = setInterval(() => void lookAsPossible(), everyMs).unref()
  return {
    name: 'redis-room',
    hasRoom,
    isHealthy: async () => {
      await lookAsPossible()
      return hasRoom()
    },
    close: () => clearInterval(timer),
  }
}

/** @throws Error instead of doing it, while there is no room. */
export function whileRoom<Given, Done>(room: Pick<RedisRoom, 'hasRoom'>, act: (given: Given) => Promise<Done>) {
  return async (given: Given): Promise<Done> => {
    if (!room.hasRoom()) throw new Error('Redis is filled up to REDIS_WATERMARK; raise its maxmemory')
    return act(given)
  }
}
