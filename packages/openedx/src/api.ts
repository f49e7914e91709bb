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
}

/** Makes a call with our token; gives the answer's JSON, or undefined where there is nothing. Throws JobFailure. */
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
  async function ask(call: ApiCall, token: string, signal: AbortSignal): Promise<HttpAnswer> {
    if (signal.aborted) throw failureOfAbort(signal)
    const fate = await send(toHttp(config.url, call, token), signal)
    if (fate.kind === 'lost') throw failureOfLoss(call.endpoint, fate, signal)
    return fate.answer
  }

  return async (call, signal) => {
    let token = await tokens.current(signal)
    let answer = await ask(call, token, signal)
    if (answer.status === 401) {
      await tokens.refuse(token)
      token = await tokens.current(signal)
      answer = await ask(call, token, signal)
    }
    const { endpoint } = call
    const meaning = meaningOf(endpoint, answer)
    if (meaning === 'absent') return undefined
    if (meaning === 'ok') return jsonOf(answer)
    const secrets = [token, config.clientSecret]
    throw failureOfAnswer({ endpoint, code: meaning, answer, nowMs: nowMs(), secrets })
  }
}

/** `JWT`, not `Bearer`: the LMS looks tokens of either kind up in different places. */
function toHttp(base: string, { method, path, json }: ApiCall, token: string): HttpCall {
  const authorization = { authorization: `JWT ${token}` }
  const url = `${base}${path}`
  if (json === undefined) return { method, url, headers: authorization }
  const headers = { ...authorization, 'content-type': 'application/json' }
  return { method, url, headers, body: JSON.stringify(json) }
}
