/** What is seen of an HTTP answer before its meaning for one endpoint is read. */
export interface HttpAnswer {
  readonly status: number
  /** Lower-case media type without parameters; empty if the answer names none. */
  readonly mediaType: string
  /** The `Retry-After` header as sent; undefined if absent. */
  readonly retryAfter?: string | undefined
  readonly body: string
}

/** What an answer means whichever endpoint gave it; undefined where the endpoint must say. */
export type Trouble = 'unreachable' | 'throttled' | 'moved' | 'endpoint-missing'

/**
 * The part of the verdict table that is the same for every endpoint.
 *
 * 429 in any form and 503 with Retry-After: throttled. 502, 503, 504 and a web page where JSON is due: unreachable. Any
 * 3xx: moved, because a followed 301 turns a POST into a GET that succeeds. A 404 web page: the API is not there.
 */
export function troubleOf({ status, mediaType, retryAfter, body }: HttpAnswer): Trouble | undefined {
  if (status === 429 || (status === 503 && retryAfter !== undefined)) return 'throttled'
  if (status >= 300 && status < 400) return 'moved'
  if ([502, 503, 504].includes(status)) return 'unreachable'
  const isPage = body.length > 0 && !mediaType.endsWith('json')
  if (!isPage || status === 500) return undefined
  return status === 404 ? 'endpoint-missing' : 'unreachable'
}

const longestWaitMs = 3_600_000

/**
 * Milliseconds that a `Retry-After` header asks for, at least one second and at most one hour.
 *
 * @param header seconds or an HTTP date; anything else, and an absent one, is a minute.
 * @see RFC 9110, 10.2.3
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  const askedMs = /^\d+$/.test(header ?? '') ? Number(header) * 1000 : httpDateMs(header ?? '') - nowMs
  if (Number.isNaN(askedMs)) return 60_000
  return Math.min(Math.max(askedMs, 1000), longestWaitMs)
}

/** NaN for anything that does not begin like an HTTP date: `Date.parse` makes a date even of `-1`. */
function httpDateMs(text: string): number {
  return /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
}
