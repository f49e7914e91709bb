import { JobFailure, retryAfterMs, troubleOf, type FailureCode, type HttpAnswer, type Trouble } from '@seatkeeper/core'
import { z } from 'zod'
import { isWrite, saysAbsent, type Endpoint } from './endpoint.ts'

/** An answer of a shop. The body of one that was too large ends somewhere. */
export interface StoreAnswer extends HttpAnswer {
  readonly isCut: boolean
}

/** What an answer means. `absent` is believed only on the shop's exact words. */
export type Meaning =
  | { readonly kind: 'content'; readonly content: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failure'; readonly code: FailureCode }

/**
 * What a shop's answer means.
 *
 * A successful answer that is no JSON is an outage, like a web page: a cache, a maintenance page or PHP's warnings stand
 * before it. 401 has no kinds: an unknown key, a wrong secret, a wrong home address and a wrong clock all stay wrong
 * until somebody acts. A PHP crash, web page or not, is this order's own trouble until the probe fails as well.
 *
 * After a write, all of these that leave open whether it was made are STORE_ERROR: whoever asked has to look before
 * asking again. So is a crash, and a gateway that gave up waiting.
 *
 * @see woocommerce, `plugins/woocommerce/includes/class-wc-rest-authentication.php`
 */
export function meaningOf(endpoint: Endpoint, answer: StoreAnswer): Meaning {
  const meaning = meaningOfAnswer(endpoint, answer)
  const isOpen = meaning.kind === 'failure' && isWrite(endpoint) && leavesOpen(meaning.code, answer)
  return isOpen ? failure('STORE_ERROR') : meaning
}

const mostWords = 500

/**
 * The failure to throw for an answer, with the shop's own words, at most 500 characters.
 *
 * @param credentials what must not appear in those words, should the shop repeat it.
 */
export function failureOf(
  code: FailureCode,
  answer: StoreAnswer,
  credentials: readonly string[],
  nowMs: number,
): JobFailure {
  const words = credentials.reduce((text, credential) => text.replaceAll(credential, '…'), answer.body)
  return new JobFailure(code, `the shop answered ${answer.status}`, {
    theirWords: words.slice(0, mostWords),
    ...(code === 'STORE_THROTTLED' && { retryAfterMs: retryAfterMs(answer.retryAfter, nowMs) }),
  })
}

const codes = {
  unreachable: 'STORE_UNREACHABLE',
  throttled: 'STORE_THROTTLED',
  moved: 'STORE_MOVED',
  'endpoint-missing': 'STORE_ENDPOINT_MISSING',
} as const satisfies Record<Trouble, FailureCode>

const ErrorBody = z.object({ code: z.string() })

function meaningOfAnswer(endpoint: Endpoint, answer: StoreAnswer): Meaning {
  const trouble = troubleOf(answer)
  if (trouble !== undefined) return failure(codes[trouble])
  const content = parse(answer.body)
  if (answer.status >= 300) return meaningOfRefusal(endpoint, answer.status, ErrorBody.safeParse(content).data?.code)
  if (answer.isCut) return failure('STORE_ANSWER_UNREADABLE')
  return content === undefined ? failure('STORE_UNREACHABLE') : { kind: 'content', content }
}

/** WordPress under maintenance, which is 503, does nothing at all; a gateway cannot know what was done behind it. */
function leavesOpen(code: FailureCode, { status }: StoreAnswer): boolean {
  return status < 300 || (code === 'STORE_UNREACHABLE' && [502, 504].includes(status))
}

function meaningOfRefusal(endpoint: Endpoint, status: number, code: string | undefined): Meaning {
  if (status === 401 || status === 403) return failure('STORE_KEY_REFUSED')
  if (status === 404 && code === 'rest_no_route') return failure('STORE_ENDPOINT_MISSING')
  if (saysAbsent(endpoint, status, code)) return { kind: 'absent' }
  return failure('STORE_ERROR')
}

function failure(code: FailureCode): Meaning {
  return { kind: 'failure', code }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
