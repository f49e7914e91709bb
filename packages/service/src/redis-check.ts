import type { HealthCheck } from './health.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { checkRedisSafety, type SafetyCode, type SafetyDemands, type SafetyFinding } from './redis-safety.ts'
import type { RedisClient } from './redis.ts'

export interface RedisDemands extends SafetyDemands {
  /** Unsafe findings that the operator takes upon themselves; they stay among the findings, to be shown. */
  readonly accepted?: readonly SafetyCode[]
}

/** Readiness as far as Redis goes. */
export interface RedisCheck extends HealthCheck {
  /** As of the last time it was asked; empty before that. */
  findings(): readonly SafetyFinding[]
}

/**
 * Healthy while Redis answers and nothing unsafe is found that was not accepted.
 *
 * What could not be asked, and warnings, do not make it unhealthy. Each finding is logged as `redis.unsafe` when it
 * appears, with the one thing to do about it, so an operator who sees `redis` failing finds out why; what stands is shown as
 * a metric.
 */
export function createRedisCheck(
  redis: RedisClient,
  demands: RedisDemands,
  log: Logger,
  metrics: Pick<Metrics, 'gauge'>,
): RedisCheck {
  const gauge = metrics.gauge({
    name: 'redis_findings',
    help: '1 for each finding against Redis when /ready was last asked.',
    labels: { code: 'the finding', level: 'unsafe, accepted (by REDIS_ACCEPTED), warning or unknown' },
  })
  let known: readonly SafetyFinding[] = []
  const levelOf = ({ code, level }: SafetyFinding) =>
    level === 'unsafe' && demands.accepted?.includes(code) === true ? 'accepted' : level
  return {
    name: 'redis',
    isHealthy: async () => {
      const found = await checkRedisSafety(redis, demands)
      const isNew = ({ code }: SafetyFinding) => known.every((before) => before.code !== code)
      for (const finding of found.filter(isNew)) log.warn('redis.unsafe', { ...finding })
      known = found
      gauge.reset()
      for (const finding of found) gauge.set({ code: finding.code, level: levelOf(finding) }, 1)
      return !found.some((finding) => levelOf(finding) === 'unsafe')
    },
    findings: () => known,
  }
}
