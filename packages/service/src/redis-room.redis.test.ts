import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { watchRedisRoom, whileRoom } from './redis-room.ts'
import { closeRedis, connectRedis, untilRedisReady, type RedisClient } from './redis.ts'

let server: EmbeddedRedis
let redis: RedisClient

beforeAll(async () => {
  server = await startRedis()
  redis = connectRedis(server.url, 'ledger', createLogger('silent'))
  await untilRedisReady(redis, 5000)
})
afterAll(async () => {
  await closeRedis(redis)
  await server.stop()
})

function watch() {
  const metrics = createMetrics()
  return { metrics, room: watchRedisRoom(redis, { watermark: 0.8, metrics, everyMs: 600_000 }) }
}

describe('watchRedisRoom', () => {
  it('has room without a limit, below the watermark, and again once the limit is raised', async () => {
    const { room, metrics } = watch()
    expect(await room.isHealthy()).toBe(true)
    await redis.config('SET', 'maxmemory', '100mb')
    expect(await room.isHealthy()).toBe(true)
    await redis.config('SET', 'maxmemory', '1mb')
    expect(await room.isHealthy()).toBe(false)
    expect(Number(/^seatkeeper_redis_memory_ratio (\S+)$/m.exec(await metrics.text())?.[1])).toBeGreaterThan(0.8)
    await redis.config('SET', 'maxmemory', '0')
    expect(await room.isHealthy()).toBe(true)
    await room.close()
  })

  it('looks by itself, and keeps what it saw last while Redis does not answer', async () => {
    const room = watchRedisRoom(redis, { watermark: 0.8, metrics: createMetrics(), everyMs: 10 })
    await redis.config('SET', 'maxmemory', '1mb')
    while (room.hasRoom()) await redis.ping()
    await room.close()
    const lost = connectRedis('/nowhere/redis.sock', 'ledger', createLogger('silent'))
    const blind = watchRedisRoom(lost, { watermark: 0.8, metrics: createMetrics() })
    expect(await blind.isHealthy()).toBe(true)
    await blind.close()
    await closeRedis(lost)
    await redis.config('SET', 'maxmemory', '0')
  })
})

describe('whileRoom', () => {
  it('acts while there is room and throws else', async () => {
    let has = true
    const doubled = whileRoom({ hasRoom: () => has }, (given: number) => Promise.resolve(given * 2))
    expect(await doubled(4)).toBe(8)
    has = false
    await expect(doubled(4)).rejects.toThrow('raise its maxmemory')
  })
})
