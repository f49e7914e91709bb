import type { HttpAnswer } from '@seatkeeper/core'
import { jsonOf } from './answer-body.ts'
import { meaningOf, type Endpoint } from './answers.ts'
import type { LmsConfig } from './config.ts'
import { failureOfAbort, failureOfAnswer, failureOfLoss } from './failure.ts'
import type { HttpCall, Send } from './http-client.ts'
import type { Tokens } from './tokens.ts'

/** One call to an API of the LMS, in its own words. */
export interface ApiCall {
  readonly endpoint: Exclude<Endpoint, 'token'>
  readonly method: HttpCall['method']
  /** Below the LMS's address, its parts encoded. */
  readonly path: string
  readonly json?: object
  /** Answered to anybody: no token is sent, and none is needed. */
  readonly isPublic?: boolean
}

/** Makes a call, with our token unless it is a public one; gives the answer's JSON, or undefined where there is nothing. Throws JobFailure. */
export type Api = (call: ApiCall, signal: AbortSignal) => Promise<unknown>

/** What calls are made of. */
export interface ApiParts {
  readonly config: LmsConfig
  readonly send: Send
  readonly tokens: Tokens
  readonly nowMs: () => number
}

/** A refused token is dropped, and the call repeated once with a new one: a 401 says that nothing was done. */
export function createApi({ config, send, tokens, nowMs }: ApiParts): Api {
  async function ask(call: ApiCall, token: string | undefined, signal: AbortSignal): Promise<HttpAnswer> {
    if (signal.aborted) throw failureOfAbort(signal)
    const fate = await send(toHttp(config.url, call, token), signal)
    if (fate.kind === 'lost') throw failureOfLoss(call.endpoint, fate, signal)
    return fate.answer
  }

  async function askAsStaff(call: ApiCall, signal: AbortSignal): Promise<Answered> {
    const token = await tokens.current(signal)
    const answer = await ask(call, token, signal)
    if (answer.status !== 401) return { answer, token }
    await tokens.refuse(token)
    const fresh = await tokens.current(signal)
    return { answer: await ask(call, fresh, signal), token: fresh }
  }

  return async (call, signal) => {
    const { answer, token }: Answered =
      call.isPublic === true ? { answer: await ask(call, undefined, signal) } : await askAsStaff(call, signal)
    const { endpoint } = call
    const meaning = meaningOf(endpoint, answer)
    if (meaning === 'absent') return undefined
    if (meaning === 'ok') return jsonOf(answer)
    const secrets = token === undefined ? [config.clientSecret] : [config.clientSecret, token]
    throw failureOfAnswer({ endpoint, code: meaning, answer, nowMs: nowMs(), secrets })
  }
}

interface Answered {
  readonly answer: HttpAnswer
  readonly token?: string
}

/** `JWT`, not `Bearer`: the LMS looks tokens of either kind up in different places. */
function toHttp(base: string, { method, path, json }: ApiCall, token: string | undefined): HttpCall {
  const url = `${base}${path}`
  const authorization = token === undefined ? {} : { authorization: `JWT ${token}` }
  if (json === undefined) return { method, url, headers: authorization }
  const headers = { ...authorization, 'content-type': 'application/json' }
  return { method, url, headers, body: JSON.stringify(json) }
}
