import type { LogFields, Logger } from './logger.ts'

/**
 * A logger that keeps floods out: of each event's warnings and errors at most so many a second.
 *
 * When the second is over, one line `log.suppressed` tells how many more there were. Debug and info lines always pass:
 * the record of what was done must not have holes.
 */
export function sampled(log: Logger, perSecond: number): Logger {
  const seen = new Map<string, number>()
  const tellSuppressed = (event: string) => {
    const suppressed = (seen.get(event) ?? 0) - perSecond
    seen.delete(event)
    if (suppressed > 0) log.warn('log.suppressed', { suppressedEvent: event, lines: suppressed })
  }
  const passes = (event: string): boolean => {
    const count = (seen.get(event) ?? 0) + 1
    seen.set(event, count)
    if (count === 1) setTimeout(tellSuppressed, 1000, event).unref()
    return count <= perSecond
  }
  return {
    debug: (event, fields) => log.debug(event, fields),
    info: (event, fields) => log.info(event, fields),
    warn: (event: string, fields?: LogFields) => {
      if (passes(event)) log.warn(event, fields)
    },
    error: (event: string, fields?: LogFields) => {
      if (passes(event)) log.error(event, fields)
    },
  }
}
