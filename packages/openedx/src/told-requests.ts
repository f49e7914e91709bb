import type { OnRequest, RequestMade } from '@seatkeeper/core'
import { meaningOf, type Endpoint } from './answers.ts'
import { failureOfLoss } from './failure.ts'
import type { Fate, Send } from './http-client.ts'

const routes: Readonly<Record<Endpoint, string>> = {
  token: '/oauth2/access_token',
  findAccount: '/api/user/v1/accounts',
  readEnrolment: '/api/enrollment/v1/enrollment/{username},{course}',
  readEnrolments: '/api/enrollment/v1/enrollments',
  readOpening: '/api/enrollment/v1/course/{course}',
  writeEnrolment: '/api/enrollment/v1/enrollment',
  invite: '/api/enrollment/v1/enrollment_allowed/',
  withdrawInvitation: '/api/enrollment/v1/enrollment_allowed/',
}

/** The same client, which tells of its requests to one endpoint if anybody wants to know. */
export function toldRequests(send: Send, endpoint: Endpoint, onRequest: OnRequest | undefined): Send {
  if (onRequest === undefined) return send
  return async (call, signal) => {
    const beganAtMs = performance.now()
    const fate = await send(call, signal)
    const durationMs = performance.now() - beganAtMs
    onRequest({ endpoint, method: call.method, route: routes[endpoint], ...wayOf(endpoint, fate, signal), durationMs })
    return fate
  }
}

function wayOf(endpoint: Endpoint, fate: Fate, signal?: AbortSignal): Pick<RequestMade, 'status' | 'code'> {
  if (fate.kind === 'lost') return { status: null, code: failureOfLoss(endpoint, fate, signal).code }
  const meaning = meaningOf(endpoint, fate.answer)
  return { status: fate.answer.status, code: meaning === 'ok' || meaning === 'absent' ? null : meaning }
}
