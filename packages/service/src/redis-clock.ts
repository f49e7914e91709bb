import type { HealthCheck } from './health.ts'
import type { RedisDemands } from './redis-check.ts'
import { checkRedisSafety } from './redis-safety.ts'
import { StartError } from './start-error.ts'
import type { RedisClient } from './redis.ts'

/**
 * Healthy unless this machine's clock and that of Redis are known to be too far apart, and nobody accepted that.
 *
 * BullMQ takes the time of delayed jobs from the worker's clock: ahead, it runs them early; behind, it leaves them lying
 * while they look alive to everybody else. So a worker with a wrong clock must not run.
 */
export function createClockCheck(redis: RedisClient, demands: RedisDemands): HealthCheck {
  return { name: 'clock', isHealthy: async () => (await skewIn(redis, demands)) === undefined }
}

/** @throws StartError while the clock check is not healthy. */
export async function refuseWrongClock(redis: RedisClient, demands: RedisDemands): Promise<void> {
  const skew = await skewIn(redis, demands)
  if (skew !== undefined) throw new StartError(skew.sentence)
}

/** Undefined also where Redis did not answer: others see to that. */
async function skewIn(redis: RedisClient, demands: RedisDemands) {
  if (demands.accepted?.includes('REDIS_CLOCK_SKEWED') === true) return undefined
  const findings = await checkRedisSafety(redis, demands).catch(() => [])
  return findings.find(({ code }) => code === 'REDIS_CLOCK_SKEWED')
}
