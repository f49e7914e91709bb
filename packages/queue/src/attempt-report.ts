import type { ChangeId, FailureCode, JobFailure, Outcome } from '@seatkeeper/core'
import type { Job } from 'bullmq'
import type { Admitted } from './admission.ts'
import type { FailureAction } from './failure-action.ts'

/** One attempt as the log tells it. Names no person; `failure.theirWords` may, and no logger sees it by accident. */
export type AttemptReport = {
  readonly lane: string
  /** The id of the job. */
  readonly job: string
  /** Which change of an order the item was due for when the attempt began; null where none is known. */
  readonly change: ChangeId | null
  /** Since the job was added, by the clocks of those who added it and who ran it. */
  readonly sinceWokenMs: number
  /** From the fetch until it had what it needs to begin. */
  readonly waitedMs: number
  /** From there to its end. */
  readonly durationMs: number
  /** Made to the LMS; null in lanes that count none. */
  readonly calls: number | null
} & ReportEnd

/** How an attempt ended. */
export type ReportEnd = {
  /** Null where the payload could not be read. */
  readonly item: string | null
  readonly generation: number | null
} & (
  | { readonly end: 'outcome'; readonly outcome: Outcome }
  | { readonly end: 'failed'; readonly code: FailureCode; readonly failure: JobFailure; readonly action: FailureAction }
  | { readonly end: 'cancelled' | 'unreadable' }
)

/** Follows one attempt from its fetch on, for the one report at its end. */
export interface AttemptWatch {
  isAbout(change: ChangeId | null): void
  begins(admitted?: Pick<Admitted<never>, 'calls'>): void
  ends(end: ReportEnd): void
}

/** Starts to measure an attempt of a job that was just fetched. */
export function watchAttempt(
  job: Pick<Job, 'id' | 'timestamp'>,
  { lane, onAttempt }: { readonly lane: string; readonly onAttempt: (report: AttemptReport) => void },
): AttemptWatch {
  const fetchedAtMs = performance.now()
  let begunAtMs = fetchedAtMs
  let change: ChangeId | null = null
  let callsOf: Admitted<never>['calls']
  return {
    isAbout: (known) => {
      change = known
    },
    begins: (admitted) => {
      begunAtMs = performance.now()
      callsOf = admitted?.calls
    },
    ends: (end) =>
      onAttempt({
        lane,
        job: job.id ?? '',
        change,
        sinceWokenMs: Math.max(0, Date.now() - job.timestamp),
        waitedMs: Math.round(begunAtMs - fetchedAtMs),
        durationMs: Math.round(performance.now() - begunAtMs),
        calls: callsOf?.() ?? null,
        ...end,
      }),
  }
}
