import type { FailureCode, JobFailure } from '@seatkeeper/core'

/** Whether an LMS answers lists of rows. */
export interface ListStanding {
  readonly isTrusted: () => boolean
  noteSuccess(): void
  /** True if it may be the list that failed and not the LMS, so that rows are worth being read one by one. */
  noteFailure(failure: JobFailure): boolean
}

export interface ListStandingOptions {
  readonly nowMs: () => number
  /** Told once of each code with which the LMS refuses a list although it answers else. */
  readonly onRefused?: ((code: FailureCode) => void) | undefined
}

/** As with a learner over whom the LMS stumbles, or a build that ignores whom it is asked about. */
const listsOwn: ReadonlySet<FailureCode> = new Set([
  'LMS_ENDPOINT_MISSING',
  'LMS_ERROR',
  'LMS_ANSWER_MISMATCH',
  'LMS_REQUEST_REFUSED',
])
/** A list may be too much for an LMS that is well else, which looks like an outage. */
const outagesUntilRest = 3
const [shortestRestMs, longestRestMs] = [60_000, 3_600_000]

/** Lists that fail are left alone for a minute, then for ever longer, an hour at most, until one succeeds. */
export function createListStanding({ nowMs, onRefused }: ListStandingOptions): ListStanding {
  const told = new Set<FailureCode>()
  let [restsUntilMs, failures] = [0, 0]
  const tell = (code: FailureCode) => {
    if (!told.has(code)) onRefused?.(code)
    told.add(code)
  }
  return {
    isTrusted: () => restsUntilMs <= nowMs(),
    noteSuccess: () => {
      failures = 0
    },
    noteFailure: ({ code, verdict }) => {
      const isListsOwn = listsOwn.has(code)
      if (!isListsOwn && verdict !== 'outage') return false
      failures = Math.max(failures + 1, isListsOwn ? outagesUntilRest : 0)
      const further = failures - outagesUntilRest
      if (further >= 0) restsUntilMs = nowMs() + Math.min(longestRestMs, shortestRestMs * 2 ** further)
      if (isListsOwn) tell(code)
      return isListsOwn
    },
  }
}
