import type { Caller } from '../authentication.ts'
import { refusals, type Answer } from './answer.ts'
import type { RestCall, Route } from './call.ts'

/** Answers calls to the REST API: first who calls, then the route, then the route's own rules. */
export function createRestApi(
  routes: readonly Route[],
  authenticate: (call: RestCall) => Caller,
): (call: RestCall) => Promise<Answer> {
  return async (call) => {
    const caller = authenticate(call)
    if (typeof caller === 'object' && 'refused' in caller) return caller.refused
    const found = routes.find(({ method, path }) => method === call.method && path.test(call.path))
    if (found === undefined) return refusals.noRoute
    const body = bodyOf(call.body)
    if (body === undefined) return refusals.badJson
    if (caller === 'anonymous') return found.anonymous
    const ids = (found.path.exec(call.path) ?? []).slice(1).map(Number)
    return found.handle({ ids, query: call.query, body })
  }
}

function bodyOf(bytes: Buffer): Record<string, unknown> | undefined {
  if (bytes.length === 0) return {}
  try {
    const body: unknown = JSON.parse(bytes.toString())
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return undefined
  }
}
