import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { failingChecks } from './health.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { createRedisCheck, type RedisDemands } from './redis-check.ts'
import { closeRedis, connectRedis, untilRedisReady, type RedisClient } from './redis.ts'

const demands: RedisDemands = { appendfsync: 'always', nowMs: Date.now }
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

describe('createRedisCheck', () => {
  it('follows what is found, and tells each finding once', async () => {
    const stream = new PassThrough()
    const metrics = createMetrics()
    const check = createRedisCheck(redis, demands, createLogger('info', { stream }), metrics)
    expect(await check.isHealthy()).toBe(true)
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
    expect([await check.isHealthy(), await check.isHealthy()]).toEqual([false, false])
    expect(check.findings()).toMatchObject([{ code: 'REDIS_EVICTS', level: 'unsafe' }])
    expect(await metrics.text()).toMatch('seatkeeper_redis_findings{code="REDIS_EVICTS",level="unsafe"} 1')
    await redis.config('SET', 'maxmemory-policy', 'noeviction')
    expect(await check.isHealthy()).toBe(true)
    expect(await metrics.text()).not.toMatch('seatkeeper_redis_findings{')
    const lines = String(stream.read()).trim().split('\n')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      event: 'redis.unsafe',
      code: 'REDIS_EVICTS',
      sentence: expect.stringContaining('set maxmemory-policy noeviction'),
    })
  })

  it('is ready with what the operator accepted, which stays visible', async () => {
    await redis.config('SET', 'appendfsync', 'everysec')
    const log = createLogger('silent')
    expect(await createRedisCheck(redis, demands, log, createMetrics()).isHealthy()).toBe(false)
    const metrics = createMetrics()
    const check = createRedisCheck(redis, { ...demands, accepted: ['REDIS_FSYNC_WEAK'] }, log, metrics)
    expect(await check.isHealthy()).toBe(true)
    expect(await metrics.text()).toMatch('seatkeeper_redis_findings{code="REDIS_FSYNC_WEAK",level="accepted"} 1')
    expect(check.findings()).toMatchObject([{ code: 'REDIS_FSYNC_WEAK' }])
    await redis.config('SET', 'appendfsync', 'always')
  })

  it('fails while Redis is away', async () => {
    const lost = connectRedis('/nowhere/redis.sock', 'ledger', createLogger('silent'))
    expect(await failingChecks([createRedisCheck(lost, demands, createLogger('silent'), createMetrics())])).toEqual([
      'redis',
    ])
    await closeRedis(lost)
  })
})
