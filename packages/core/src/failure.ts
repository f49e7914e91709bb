/** What a failure means for the job's next minute. Closed on purpose: a sixth kind needs a decision record. */
export type Verdict = 'permanent' | 'transient' | 'throttled' | 'outage' | 'misconfigured'

interface FailureEntry {
  readonly verdict: Verdict
  readonly advice: string
}

/** Every code an operator can meet: what it means for the job, and the one thing to do about it. Codes are public. */
export const failures = {
  LMS_UNREACHABLE: {
    verdict: 'outage',
    advice: 'The LMS does not answer, or answers with an error page. Check its health; jobs resume by themselves.',
  },
  LMS_THROTTLED: {
    verdict: 'throttled',
    advice: 'The LMS limits our calls. Nothing to do; the lane goes on when the LMS allows.',
  },
  LMS_TOKEN_REFUSED: {
    verdict: 'misconfigured',
    advice:
      'The LMS refuses our OAuth2 client. Check clientId, clientSecret and the grant type of its OAuth application; jobs resume by themselves.',
  },
  LMS_FORBIDDEN: {
    verdict: 'misconfigured',
    advice:
      'The LMS account behind our OAuth2 client may not enrol others. Give it staff status; jobs resume by themselves.',
  },
  LMS_MOVED: {
    verdict: 'misconfigured',
    advice: 'The LMS redirects our calls. Set its url to the address it redirects to; jobs resume by themselves.',
  },
  LMS_ENDPOINT_MISSING: {
    verdict: 'misconfigured',
    advice:
      'The LMS has no such API. Check its url and that its release is Quince or newer; jobs resume by themselves.',
  },
  LMS_ERROR: {
    verdict: 'transient',
    advice: 'The LMS failed on this seat alone. It is tried again for a day; look into the LMS’s own log.',
  },
  LMS_OUTCOME_UNKNOWN: {
    verdict: 'transient',
    advice: 'A call was sent and its answer lost. The seat is read again before anything is repeated; nothing to do.',
  },
  LMS_COURSE_UNKNOWN: {
    verdict: 'permanent',
    advice: 'The LMS has no such course run. Correct the product’s course key, then replay.',
  },
  LMS_MODE_UNAVAILABLE: {
    verdict: 'permanent',
    advice:
      'The course run does not offer this course mode, or it has expired. Add the mode or sell another, then replay.',
  },
  LMS_ENROLMENT_REFUSED: {
    verdict: 'permanent',
    advice: 'The course run is closed, full or by invitation only. Open it at the LMS, then replay.',
  },
  LMS_LEARNER_BLOCKED: {
    verdict: 'permanent',
    advice:
      'A rule of the LMS (embargo or a plugin) refuses this learner. Settle it at the LMS or refund, then replay.',
  },
  LMS_REQUEST_REFUSED: {
    verdict: 'permanent',
    advice: 'The LMS did not accept our request. Read its words in the timeline; this may be a bug of ours.',
  },
  LMS_ANSWER_MISMATCH: {
    verdict: 'permanent',
    advice: 'The LMS confirmed something other than what was asked. Check its release and plugins, then replay.',
  },
  LMS_ENROLMENT_FOREIGN: {
    verdict: 'permanent',
    advice:
      'The learner holds this course in a mode we did not set, so it was left alone. Decide at the LMS, then replay.',
  },
  LEARNER_NOT_REGISTERED: {
    verdict: 'permanent',
    advice:
      'No LMS account appeared for the buyer’s address in time. Ask the buyer to register or correct the address, then replay.',
  },
  ORDER_WITHOUT_LEARNER: {
    verdict: 'permanent',
    advice:
      'The order sells a course but has no usable e-mail address. Add one to the order at the shop; it is read again by itself.',
  },
  ORDER_LINE_UNKNOWN: {
    verdict: 'permanent',
    advice:
      'A line names a course that cannot be: a mistyped course key or an unknown alias. Correct the product or the catalogue; it heals by itself.',
  },
  ORDER_HELD: {
    verdict: 'permanent',
    advice:
      'Reading this order would end more seats in an hour than the store’s brake allows, so nothing was changed. See that the shop is well, then replay.',
  },
  STORE_UNREACHABLE: {
    verdict: 'outage',
    advice: 'The shop does not answer, or answers with an error page. Check its health; jobs resume by themselves.',
  },
  STORE_THROTTLED: {
    verdict: 'throttled',
    advice: 'The shop limits our calls. Nothing to do; reading goes on when the shop allows.',
  },
  STORE_KEY_REFUSED: {
    verdict: 'misconfigured',
    advice:
      'The shop refuses our REST key. Check key, secret, its rights and the shop’s home address; jobs resume by themselves.',
  },
  STORE_MOVED: {
    verdict: 'misconfigured',
    advice: 'The shop redirects our calls. Set its url to the address it redirects to; jobs resume by themselves.',
  },
  STORE_ENDPOINT_MISSING: {
    verdict: 'misconfigured',
    advice:
      'The shop has no WooCommerce REST API at its url. Check the url and the permalinks; jobs resume by themselves.',
  },
  STORE_ERROR: {
    verdict: 'transient',
    advice: 'The shop failed on this order alone. It is tried again for a day; look into the shop’s own log.',
  },
  STORE_ANSWER_UNREADABLE: {
    verdict: 'permanent',
    advice:
      'The shop described this order in a shape we do not know. A plugin may change it; report it with the order’s timeline.',
  },
  REPLICAS_BEHIND: {
    verdict: 'throttled',
    advice:
      'Fewer replicas of Redis than REDIS_REPLICAS asks for have what was to be kept, so nothing was done on it. See to the replicas; jobs resume by themselves.',
  },
  LEASE_LOST: {
    verdict: 'transient',
    advice:
      'A worker was too slow and lost its turn. It is tried again; if it goes on, look for a starved or frozen worker.',
  },
  DEADLINE_PASSED: {
    verdict: 'transient',
    advice:
      'The job took longer than its deadline. It is tried again; if it goes on, look at the LMS’s and the shop’s answer times.',
  },
  CRASHED: {
    verdict: 'permanent',
    advice:
      'Three workers ended without a word while they had this in hand. Look for a crash or for want of memory in their logs; when it is mended, replay.',
  },
  UNEXPECTED: { verdict: 'transient', advice: 'A bug of ours. Read the stack in the log, fix it, then replay.' },
} as const satisfies Record<string, FailureEntry>

export type FailureCode = keyof typeof failures

export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failures, code)
}

export interface JobFailureOptions extends ErrorOptions {
  /** For throttled failures: how long the other side asked us to wait, milliseconds. */
  readonly retryAfterMs?: number
  /** The other side's own words. They may name a person: they go to the ledger's timeline and nowhere else. */
  readonly theirWords?: string
}

/**
 * Why a job did not reach its end.
 *
 * The code says all that leaves the ledger; `message` names no person and nobody matches it. `theirWords` is not
 * enumerable, so no logger writes it by accident.
 */
export class JobFailure extends Error {
  override readonly name = 'JobFailure'
  readonly code: FailureCode
  readonly retryAfterMs: number | undefined
  declare readonly theirWords: string | undefined

  constructor(code: FailureCode, message: string, options: JobFailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryAfterMs = options.retryAfterMs
    Object.defineProperty(this, 'theirWords', { value: options.theirWords, enumerable: false })
  }

  get verdict(): Verdict {
    return failures[this.code].verdict
  }
}

/** Reads anything thrown as a failure. A stranger is a transient bug of ours: losing a paid seat costs more than retries. */
export function toFailure(thrown: unknown): JobFailure {
  if (thrown instanceof JobFailure) return thrown
  return new JobFailure('UNEXPECTED', 'something unforeseen was thrown', { cause: thrown })
}
