import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { createLogger } from './logger.ts'
import { createClockCheck, refuseWrongClock } from './redis-clock.ts'
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

const off = (ms: number) => ({ appendfsync: 'always', nowMs: () => Date.now() + ms }) as const

describe('createClockCheck', () => {
  it.each([
    [0, true],
    [3_600_000, false],
    [-3_600_000, false],
  ])('with a clock that is %i ms off says %s', async (ms, healthy) => {
    expect(await createClockCheck(redis, off(ms)).isHealthy()).toBe(healthy)
  })

  it('leaves it to the operator who accepted it', async () => {
    const demands = { ...off(3_600_000), accepted: ['REDIS_CLOCK_SKEWED'] as const }
    expect(await createClockCheck(redis, demands).isHealthy()).toBe(true)
    expect(await refuseWrongClock(redis, demands)).toBeUndefined()
  })
})

describe('refuseWrongClock', () => {
  it('says what to do about it', async () => {
    await expect(refuseWrongClock(redis, off(-7_200_000))).rejects.toThrow(
      'The clock of this machine is 7200.0 s behind that of Redis; run NTP on both.',
    )
    expect(await refuseWrongClock(redis, off(0))).toBeUndefined()
  })
})
