import { troubleOf, type FailureCode, type HttpAnswer, type Trouble } from '@seatkeeper/core'
import { fieldOf, readBody, textOf, type Body } from './answer-body.ts'

/** Who was asked: the token endpoint, or the call behind one method of the port. */
export type Endpoint =
  | 'token'
  | 'findAccount'
  | 'readEnrolment'
  | 'readEnrolments'
  | 'readOpening'
  | 'writeEnrolment'
  | 'invite'
  | 'withdrawInvitation'

/** What an answer comes to: as asked, nothing there, or a failure. */
export type Meaning = 'ok' | 'absent' | FailureCode

interface Row {
  readonly status: number
  readonly when?: (body: Body) => boolean
  readonly means: Meaning
}

const isEmpty = ({ kind }: Body) => kind === 'empty'
const isPage = ({ kind }: Body) => kind === 'page'
const isJson = ({ kind }: Body) => kind === 'json'
const isNoPage = ({ kind }: Body) => kind !== 'page'
const has = (name: string) => (body: Body) => body.kind === 'json' && fieldOf(body.json, name) !== undefined
const isNotPositive = (name: string) => (body: Body) => {
  const value = body.kind === 'json' ? fieldOf(body.json, name) : undefined
  return (typeof value === 'number' || typeof value === 'string') && Number(value) <= 0
}

/**
 * The only sentences of the LMS that are ever compared, by their beginning: the endpoint tells these refusals apart by
 * nothing else, and translates none of them. A sentence that changes falls through to LMS_REQUEST_REFUSED.
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `EnrollmentListView.post`
 */
const says = (beginning: string) => (body: Body) =>
  body.kind === 'json' && textOf(body.json, 'message')?.startsWith(beginning) === true
const saysCourseUnknown = says('No course ')
const saysNotEnrollable = says('An error occurred while creating the new course enrollment')
const saysModeChanged = says('Enrollment mode mismatch')
const saysCallerLacksRight = says('User does not have permission to create enrollment')

/**
 * What each endpoint's answers mean; the first row that fits decides, and rows `everywhere` come last.
 *
 * Hazards: v1 hides a missing right behind an empty 404, and a missing row behind an empty 200. A wrong course key or
 * mode is 400. 406 is a user who vanished since the account was found (retired or renamed), so the advice is the one for
 * a learner without an account. A mode mismatch means that the row changed between our read and our write: trying again
 * reads it anew. An expires_in below zero is how the LMS marks the token of a restricted application.
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `user_api/accounts/views.py`, `oauth_dispatch/views.py`
 */
const table: Readonly<Record<Endpoint, readonly Row[]>> = {
  token: [
    { status: 200, when: isNotPositive('expires_in'), means: 'LMS_TOKEN_REFUSED' },
    { status: 200, when: has('access_token'), means: 'ok' },
    { status: 200, means: 'LMS_UNREACHABLE' },
    { status: 400, when: isNoPage, means: 'LMS_TOKEN_REFUSED' },
    { status: 401, when: isNoPage, means: 'LMS_TOKEN_REFUSED' },
    { status: 403, when: isPage, means: 'LMS_THROTTLED' },
    { status: 403, means: 'LMS_TOKEN_REFUSED' },
    { status: 404, when: isEmpty, means: 'LMS_ENDPOINT_MISSING' },
    { status: 500, means: 'LMS_UNREACHABLE' },
  ],
  findAccount: [
    { status: 200, when: isJson, means: 'ok' },
    { status: 404, when: isEmpty, means: 'absent' },
    { status: 404, when: has('can_cancel_retirement'), means: 'absent' },
  ],
  readEnrolment: [
    { status: 200, when: isJson, means: 'ok' },
    { status: 200, when: isEmpty, means: 'absent' },
  ],
  readEnrolments: [{ status: 200, when: isJson, means: 'ok' }],
  readOpening: [
    { status: 200, when: isJson, means: 'ok' },
    { status: 400, when: has('message'), means: 'absent' },
  ],
  writeEnrolment: [
    { status: 200, when: isJson, means: 'ok' },
    { status: 200, when: isNoPage, means: 'LMS_OUTCOME_UNKNOWN' },
    { status: 400, when: has('course_details'), means: 'LMS_MODE_UNAVAILABLE' },
    { status: 400, when: saysCourseUnknown, means: 'LMS_COURSE_UNKNOWN' },
    { status: 400, when: saysNotEnrollable, means: 'LMS_ENROLMENT_REFUSED' },
    { status: 400, when: saysModeChanged, means: 'LMS_ERROR' },
    { status: 403, when: saysCallerLacksRight, means: 'LMS_FORBIDDEN' },
    { status: 403, when: has('message'), means: 'LMS_LEARNER_BLOCKED' },
    { status: 406, when: isJson, means: 'LEARNER_NOT_REGISTERED' },
  ],
  invite: [
    { status: 200, when: isJson, means: 'ok' },
    { status: 201, when: isNoPage, means: 'ok' },
    { status: 409, when: has('message'), means: 'ok' },
  ],
  withdrawInvitation: [
    { status: 204, means: 'ok' },
    { status: 404, when: has('message'), means: 'absent' },
  ],
}

const everywhere: readonly Row[] = [
  { status: 200, means: 'LMS_UNREACHABLE' },
  { status: 400, means: 'LMS_REQUEST_REFUSED' },
  { status: 401, means: 'LMS_TOKEN_REFUSED' },
  { status: 403, means: 'LMS_FORBIDDEN' },
  { status: 404, when: isEmpty, means: 'LMS_FORBIDDEN' },
  { status: 404, means: 'LMS_ENDPOINT_MISSING' },
  { status: 405, means: 'LMS_ENDPOINT_MISSING' },
  { status: 408, means: 'LMS_UNREACHABLE' },
]

const codeOfTrouble: Readonly<Record<Trouble, FailureCode>> = {
  unreachable: 'LMS_UNREACHABLE',
  throttled: 'LMS_THROTTLED',
  moved: 'LMS_MOVED',
  'endpoint-missing': 'LMS_ENDPOINT_MISSING',
}

/** What one answer of the LMS means. Anything unknown is LMS_ERROR: it is tried again. */
export function meaningOf(endpoint: Endpoint, answer: HttpAnswer): Meaning {
  const body = readBody(answer)
  const fits = ({ status, when }: Row) => status === answer.status && (when?.(body) ?? true)
  const own = table[endpoint].find(fits)
  if (own !== undefined) return own.means
  const trouble = troubleOf(answer)
  if (trouble !== undefined) return codeOfTrouble[trouble]
  return everywhere.find(fits)?.means ?? 'LMS_ERROR'
}
