import { createHmac } from 'node:crypto'

/** One call to be signed. */
export interface CallToSign {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** The shop's own address of the resource, without a query; not the one dialled, if they differ. */
  readonly address: string
  readonly query: Readonly<Record<string, string>>
  readonly key: string
  readonly secret: string
  /** Used once. */
  readonly nonce: string
  /** Milliseconds since 1970; the shop allows 15 minutes of difference. */
  readonly nowMs: number
}

/**
 * The query of a call, signed the OAuth 1.0a way without a token (HMAC-SHA256): what WooCommerce asks for over plain HTTP.
 *
 * @see RFC 5849, 3.4.1 and 3.6
 * @see woocommerce, `plugins/woocommerce/includes/class-wc-rest-authentication.php`, `check_oauth_signature`
 */
export function signedQuery(call: CallToSign): string {
  const parameters = encodedPairs({
    ...call.query,
    oauth_consumer_key: call.key,
    oauth_nonce: call.nonce,
    oauth_signature_method: 'HMAC-SHA256',
    oauth_timestamp: String(Math.floor(call.nowMs / 1000)),
  })
  const base = [call.method, call.address, parameters].map(encode).join('&')
  const signature = createHmac('sha256', `${call.secret}&`).update(base).digest('base64')
  return `${parameters}&oauth_signature=${encode(signature)}`
}

function encodedPairs(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&')
}

/** RFC 3986: `encodeURIComponent` leaves five reserved characters as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
