import { JobFailure, retryAfterMs, type FailureCode, type HttpAnswer } from '@seatkeeper/core'
import { wordsOf } from './answer-body.ts'
import type { Endpoint } from './answers.ts'
import type { Fate } from './http-client.ts'

const writes: ReadonlySet<Endpoint> = new Set(['writeEnrolment', 'invite', 'withdrawInvitation'])

/** The token endpoint counts in fixed minutes, per address, and names no time. */
const leastTokenWaitMs = 60_000

/** An answer that means a failure, and what is needed to tell of it. */
export interface Refusal {
  readonly endpoint: Endpoint
  readonly code: FailureCode
  readonly answer: HttpAnswer
  readonly nowMs: number
  /** What must not appear in the LMS's words, should it echo them. */
  readonly secrets: readonly string[]
}

/** The failure for an answer that means one. */
export function failureOfAnswer({ endpoint, code, answer, nowMs, secrets }: Refusal): JobFailure {
  const askedMs = retryAfterMs(answer.retryAfter, nowMs)
  const waitMs = endpoint === 'token' ? Math.max(askedMs, leastTokenWaitMs) : askedMs
  return new JobFailure(code, `${endpoint} was answered ${answer.status}`, {
    theirWords: wordsOf(answer, secrets),
    ...(code === 'LMS_THROTTLED' && { retryAfterMs: waitMs }),
  })
}

/** The failure for a call without a whole answer; of a write that may have arrived, nobody knows what became. */
export function failureOfLoss(
  endpoint: Endpoint,
  { sent, why }: Extract<Fate, { kind: 'lost' }>,
  signal?: AbortSignal,
): JobFailure {
  if (sent && writes.has(endpoint))
    return new JobFailure('LMS_OUTCOME_UNKNOWN', `${endpoint} was sent, its answer lost: ${why}`)
  if (signal?.aborted === true) return failureOfAbort(signal)
  return new JobFailure('LMS_UNREACHABLE', `${endpoint} was not answered: ${why}`)
}

/** The failure for a call that its caller gave up: the caller's own reason if that is a failure, else its deadline. */
export function failureOfAbort(signal: AbortSignal): JobFailure {
  if (signal.reason instanceof JobFailure) return signal.reason
  return new JobFailure('DEADLINE_PASSED', 'the job gave up its call to the LMS')
}
