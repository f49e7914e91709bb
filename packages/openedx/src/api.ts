import {
  toFailure,
  type CallBudget,
  type CallClass,
  type HttpAnswer,
  type JobFailure,
  type OnRequest,
} from '@seatkeeper/core'
import { jsonOf } from './answer-body.ts'
import { meaningOf, type Endpoint } from './answers.ts'
import type { Caller, Callers } from './callers.ts'
import { failureOfAbort, failureOfAnswer, failureOfLoss } from './failure.ts'
import type { HttpCall, Send } from './http-client.ts'
import type { PayingPurse } from './purse.ts'
import { toldRequests } from './told-requests.ts'

/** One call to an API of the LMS, in its own words. */
export interface ApiCall {
  readonly endpoint: Exclude<Endpoint, 'token'>
  readonly method: HttpCall['method']
  /** Below the LMS's address, its parts encoded. */
  readonly path: string
  readonly json?: object
}

/**
 * Makes a call, with our token unless it is a public one; gives the answer's JSON, or undefined where there is nothing.
 * Throws JobFailure.
 */
export type Api = (call: ApiCall, signal: AbortSignal) => Promise<unknown>

/** Told of each call that is made, as a metric counts it. */
export type OnCall = (call: { readonly class: CallClass; readonly kind: CallKind }) => void

/** What calls are made of. */
export interface ApiParts {
  readonly url: string
  readonly send: Send
  readonly callers: Callers
  readonly budget: Pick<CallBudget, 'end' | 'throttle'>
  readonly nowMs: () => number
  readonly onCall: OnCall
  readonly onRequest?: OnRequest | undefined
}

/** What a call asks for; `account` and `opening` are not counted by the LMS's enrolment throttle. */
export type CallKind = 'read' | 'list' | 'write' | 'invitation' | 'account' | 'opening'

/**
 * Which calls the LMS counts against the user's minute; the others are free.
 *
 * `public`: answered to anybody, so no token is sent and none is needed.
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `EnrollmentUserThrottle`
 */
const endpoints: Readonly<
  Record<ApiCall['endpoint'], { readonly kind: CallKind; readonly as: 'counted' | 'free' | 'public' }>
> = {
  readEnrolment: { kind: 'read', as: 'counted' },
  readEnrolments: { kind: 'list', as: 'counted' },
  writeEnrolment: { kind: 'write', as: 'counted' },
  invite: { kind: 'invitation', as: 'counted' },
  withdrawInvitation: { kind: 'invitation', as: 'counted' },
  findAccount: { kind: 'account', as: 'free' },
  readOpening: { kind: 'opening', as: 'public' },
}

/**
 * Calls that are paid from a purse.
 *
 * A refused token is dropped, and the call repeated once with a new one: a 401 says that nothing was done. A user whom
 * the LMS throttles or refuses leaves the call to another user, if there is one: nothing was done then either.
 */
export function createApi(all: ApiParts): (purse: PayingPurse) => Api {
  return (purse) => async (call, signal) => {
    const parts = { ...all, onRequest: tellingEach(purse, all.onRequest) }
    for (;;) {
      const tried = await tryCall(parts, purse, call, signal)
      if (tried.failure === undefined) return tried.json
      if (!(await othersMayTry(parts, tried))) throw tried.failure
    }
  }
}

function tellingEach({ tellEach }: PayingPurse, onRequest: OnRequest | undefined): OnRequest | undefined {
  if (onRequest === undefined || tellEach === undefined) return onRequest
  return (request) => tellEach(() => onRequest(request))
}

type Tried =
  | { readonly failure?: undefined; readonly json: unknown }
  | {
      readonly failure: JobFailure
      readonly caller: Caller
      readonly user: string | undefined
      /** Undefined where there was no answer to this call. */
      readonly status: number | undefined
    }

async function tryCall(parts: ApiParts, purse: PayingPurse, call: ApiCall, signal: AbortSignal): Promise<Tried> {
  const { callers, budget, nowMs, onCall } = parts
  const { kind, as } = endpoints[call.endpoint]
  const promised = as === 'counted' ? await purse.take(signal) : undefined
  const user = promised?.user
  const caller = callers.callerOf(user)
  onCall({ class: purse.class, kind })
  try {
    const { answer, token } =
      as === 'public' ? await askOnce(parts, call, undefined, signal) : await askAsStaff(parts, caller, call, signal)
    const meaning = meaningOf(call.endpoint, answer)
    if (meaning === 'absent') return { json: undefined }
    if (meaning === 'ok') return { json: jsonOf(answer) }
    const secrets = [caller.clientSecret, ...(token === undefined ? [] : [token])]
    const failure = failureOfAnswer({ endpoint: call.endpoint, code: meaning, answer, nowMs: nowMs(), secrets })
    return { failure, caller, user, status: answer.status }
  } catch (thrown) {
    return { failure: toFailure(thrown), caller, user, status: undefined }
  } finally {
    // Untold, it counts for longer than it has to; nothing else comes of that.
    if (promised !== undefined) budget.end(promised).catch(() => undefined)
  }
}

/** Says so to the budget if the LMS has a user wait, and to the others if it refuses one. */
async function othersMayTry(
  { callers, budget }: ApiParts,
  { failure, caller, user, status }: Extract<Tried, { readonly caller: Caller }>,
): Promise<boolean> {
  const { code, retryAfterMs } = failure
  if (code === 'LMS_TOKEN_REFUSED' || code === 'LMS_FORBIDDEN') return callers.rest(caller, code)
  if (code !== 'LMS_THROTTLED' || user === undefined) return false
  await budget.throttle(user, retryAfterMs ?? 0)
  return status === 429 && callers.count() > 1
}

interface Answered {
  readonly answer: HttpAnswer
  readonly token: string | undefined
}

async function askAsStaff(parts: ApiParts, caller: Caller, call: ApiCall, signal: AbortSignal): Promise<Answered> {
  const answered = await askOnce(parts, call, await caller.tokens.current(signal), signal)
  if (answered.answer.status !== 401 || answered.token === undefined) return answered
  await caller.tokens.refuse(answered.token)
  return askOnce(parts, call, await caller.tokens.current(signal), signal)
}

async function askOnce(
  { url, send, onRequest }: ApiParts,
  call: ApiCall,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Answered> {
  if (signal.aborted) throw failureOfAbort(signal)
  const fate = await toldRequests(send, call.endpoint, onRequest)(toHttp(url, call, token), signal)
  if (fate.kind === 'lost') throw failureOfLoss(call.endpoint, fate, signal)
  return { answer: fate.answer, token }
}

/** `JWT`, not `Bearer`: the LMS looks tokens of either kind up in different places. */
function toHttp(base: string, { method, path, json }: ApiCall, token: string | undefined): HttpCall {
  const url = `${base}${path}`
  const authorization = token === undefined ? {} : { authorization: `JWT ${token}` }
  if (json === undefined) return { method, url, headers: authorization }
  const headers = { ...authorization, 'content-type': 'application/json' }
  return { method, url, headers, body: JSON.stringify(json) }
}
