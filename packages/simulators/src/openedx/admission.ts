import { json, type Answer, type Call } from './http.ts'
import { findByUsername, type LmsState, type LmsUser } from './state.ts'
import type { Admission, Throttle } from './throttle.ts'
import { readJwt, type Identity } from './token.ts'

/** How a family of views lets callers in. */
export interface Access {
  /** Invitations take JWTs only; older views take opaque Bearer tokens too. */
  readonly takesBearer: boolean
  readonly staffOnly: boolean
  readonly limit: 'enrollment' | 'course-list' | 'none'
  /** The field that carries the framework's complaints. */
  readonly complaint: 'detail' | 'developer_message'
}

/**
 * Who calls, or why not: authentication, then permission, then throttle, so refusals of the first two are not counted.
 *
 * @see django-rest-framework, `rest_framework/views.py`, `APIView.initial`
 */
export function admit(lms: LmsState, throttle: Throttle, call: Call, access: Access): LmsUser | Answer {
  const identity = authenticate(lms, call, access.takesBearer)
  if ('refusal' in identity) return complain(access, 401, identity.refusal)
  const { user, restricted } = identity
  if (restricted || (access.staffOnly && !user.isStaff)) {
    return complain(access, 403, { detail: 'You do not have permission to perform this action.' })
  }
  const admission = count(lms, throttle, user, access.limit)
  return admission.admitted ? user : throttled(access.complaint, lms, admission.waitSeconds)
}

/** The refusal of a call too many. */
export function throttled(complaint: Access['complaint'], lms: LmsState, waitSeconds: number | undefined): Answer {
  const unit = waitSeconds === 1 ? 'second' : 'seconds'
  const expected = waitSeconds === undefined ? '' : ` Expected available in ${waitSeconds} ${unit}.`
  const namesWait = waitSeconds !== undefined && (complaint === 'detail' || lms.settings.retryAfterOnDeveloperError)
  const headers: Record<string, string> = namesWait ? { 'retry-after': String(waitSeconds) } : {}
  return json(429, { [complaint]: `Request was throttled.${expected}` }, headers)
}

function authenticate(lms: LmsState, call: Call, takesBearer: boolean): Identity | { readonly refusal: Refusal } {
  const [scheme = '', token = ''] = String(call.headers['authorization'] ?? '').split(' ')
  if (scheme.toLowerCase() === 'jwt') return readJwt(lms, token) ?? { refusal: { detail: 'Invalid token.' } }
  if (scheme.toLowerCase() === 'bearer' && takesBearer) return readOpaque(lms, token)
  return { refusal: { detail: 'Authentication credentials were not provided.' } }
}

type Refusal = { readonly detail: string } | { readonly error_code: string; readonly developer_message: string }

/** @see edx-platform, `openedx/core/lib/api/authentication.py`, `BearerAuthentication` */
function readOpaque(lms: LmsState, token: string): Identity | { readonly refusal: Refusal } {
  const found = lms.opaqueTokens.get(token)
  if (found === undefined) {
    return bearerRefusal('token_nonexistent', 'The provided access token does not match any valid tokens.')
  }
  if (found.expiresAtMs <= lms.nowMs()) {
    return bearerRefusal('token_expired', 'The provided access token has expired and is no longer valid.')
  }
  if (findByUsername(lms, found.user.username) === undefined) {
    return bearerRefusal('user_is_disabled', 'The user account is disabled.')
  }
  return found
}

function bearerRefusal(errorCode: string, message: string): { readonly refusal: Refusal } {
  return { refusal: { error_code: errorCode, developer_message: message } }
}

function complain({ complaint }: Access, status: 401 | 403, refusal: Refusal): Answer {
  const words = 'detail' in refusal ? refusal.detail : refusal
  if (complaint === 'developer_message') return json(status, { developer_message: words })
  return json(status, refusal, status === 401 ? { 'www-authenticate': 'JWT realm="api"' } : {})
}

/** Released builds count course lists and enrolment calls in one bucket, the former against a lower limit. */
function count({ settings }: LmsState, throttle: Throttle, user: LmsUser, limit: Access['limit']): Admission {
  if (limit === 'none') return { admitted: true }
  const { staffCallsPerMinute, userCallsPerMinute } = settings
  const callsPerMinute = user.isStaff && limit === 'enrollment' ? staffCallsPerMinute : userCallsPerMinute
  return throttle.slidingMinute(`${user.isStaff ? 'staff' : 'user'}_${user.id}`, callsPerMinute)
}
