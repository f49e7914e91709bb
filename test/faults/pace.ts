import type { LmsSimulator } from '@seatkeeper/simulators'

/** How fast a lane worked that had more to do than the LMS's limit allowed. */
export interface Pace {
  /** Those that the LMS counts, refused ones included. */
  readonly calls: number
  /** Of these, those that were answered 429. */
  readonly throttled: number
  /** After the first minute, which begins with a budget that nobody used; null where there were few calls. */
  readonly callsPerMinute: number | null
  /** 0 to 1, of what the lane may make at most. */
  readonly ofBudget: number | null
}

const counted: ReadonlySet<string> = new Set(['enrollment-get', 'enrollment-list', 'enrollment-post', 'allowed'])
const minuteMs = 60_000
/** What little is left at the end is made at leisure; among fewer calls than these that would count for too much. */
const leastCalls = 1000

/** @param most calls that the lane may make in a minute of the LMS. */
export function paceOf(journal: LmsSimulator['journal'], most: number): Pace {
  const calls = journal.filter(({ route }) => counted.has(route))
  const accepted = calls.filter(({ status }) => status !== 429).map(({ atMs }) => atMs)
  const [fromMs, toMs] = [(accepted[0] ?? 0) + minuteMs, accepted.at(-1) ?? 0]
  const callsPerMinute =
    accepted.length < leastCalls ? null : accepted.filter((atMs) => atMs > fromMs).length / ((toMs - fromMs) / minuteMs)
  return {
    calls: calls.length,
    throttled: calls.length - accepted.length,
    callsPerMinute,
    ofBudget: callsPerMinute === null ? null : callsPerMinute / most,
  }
}
