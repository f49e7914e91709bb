import { toFailure, type OnRequest } from '@seatkeeper/core'
import { meaningOf, type StoreAnswer } from './answers.ts'
import { endpoints, type Endpoint } from './endpoint.ts'

/** Tells of a request to a shop when it is over; what it throws is thrown. */
export async function tellOfRequest(
  { endpoint, path }: { readonly endpoint: Endpoint; readonly path: string },
  onRequest: OnRequest,
  make: () => Promise<StoreAnswer>,
): Promise<StoreAnswer> {
  const beganAtMs = performance.now()
  const asked = { endpoint, method: endpoints[endpoint].method, route: routeOf(path) }
  try {
    const answer = await make()
    const meaning = meaningOf(endpoint, answer)
    const code = meaning.kind === 'failure' ? meaning.code : null
    onRequest({ ...asked, status: answer.status, code, durationMs: performance.now() - beganAtMs })
    return answer
  } catch (thrown) {
    onRequest({ ...asked, status: null, code: toFailure(thrown).code, durationMs: performance.now() - beganAtMs })
    throw thrown
  }
}

/** Numbers are all that differs from path to path. */
function routeOf(path: string): string {
  return `/wp-json/wc/v3/${path.replaceAll(/\d+/g, '{id}')}`
}
