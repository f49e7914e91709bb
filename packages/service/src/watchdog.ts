import type { Closable, ProcessEnd } from './closing.ts'
import { failingChecks, type HealthCheck } from './health.ts'
import type { Logger } from './logger.ts'
import { createProgress } from './progress.ts'

export interface WatchdogOptions {
  /**
   * How long a check may fail without a break. With the 14 s that a worker's check may need to notice, the process ends within
   * half a minute; readiness flips as soon as the check fails.
   */
  readonly patienceMs?: number
  /** How often the checks are asked. */
  readonly everyMs?: number
  readonly process?: Pick<ProcessEnd, 'exit'>
}

/**
 * Ends the process with code 1 once some check has failed for too long, so that a supervisor starts it anew.
 *
 * For checks that a restart can heal, such as a worker that makes no progress with work waiting: not for those that only
 * an operator can, such as unsafe settings of Redis.
 */
export function exitWhenStuck(log: Logger, checks: readonly HealthCheck[], options: WatchdogOptions = {}): Closable {
  const { patienceMs = 14_000, everyMs = 1000, process = globalThis.process } = options
  const wellness = createProgress({ staleAfterMs: patienceMs })
  let isAsking = false
  const look = async () => {
    if (isAsking) return
    isAsking = true
    const failing = await failingChecks(checks)
    isAsking = false
    if (failing.length === 0) return wellness.beat()
    if (wellness.isProgressing()) return
    clearInterval(timer)
    log.error('process.stuck', { failing, forMs: patienceMs })
    process.exit(1)
  }
  const timer = setInterval(() => void look(), everyMs).unref()
  return { close: () => clearInterval(timer) }
}
