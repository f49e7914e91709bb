import { createHmac, timingSafeEqual } from 'node:crypto'

/** A request as its signature covers it. */
export interface SignedCall {
  readonly method: string
  /** Home address and path, as the shop knows itself: not necessarily what the client dialled. */
  readonly url: string
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

const algorithms: Readonly<Record<string, string>> = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' }

/** The parameters a one-legged OAuth 1.0a call has, in the order the shop misses them. */
export const oauthParameters = [
  'oauth_consumer_key',
  'oauth_timestamp',
  'oauth_nonce',
  'oauth_signature',
  'oauth_signature_method',
]

/**
 * The OAuth 1.0a signature of a call without a token, base64; undefined for an unknown method.
 *
 * A JSON body is not covered.
 *
 * @see RFC 5849, 3.4
 * @see woocommerce 11.0.1, `includes/class-wc-rest-authentication.php`, `check_oauth_signature`
 */
export function oauthSignature(call: SignedCall, secret: string, method: string): string | undefined {
  const algorithm = algorithms[method]
  if (algorithm === undefined) return undefined
  const signed = call.parameters.filter(([name]) => name !== 'oauth_signature').toSorted(byName)
  const query = signed.map(([name, value]) => `${percent(name)}=${percent(value)}`).join('&')
  const base = [call.method, percent(call.url), percent(query)].join('&')
  return createHmac(algorithm, `${secret}&`).update(base).digest('base64')
}

/** Whether two signatures are the same, without telling how much of them is. */
export function isSameSignature(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

/** Parameters of an `Authorization: OAuth` header; none if it is of another kind. */
export function headerParameters(header: string | undefined): [name: string, value: string][] {
  if (header === undefined || !header.startsWith('OAuth ')) return []
  const pairs = header.matchAll(/(oauth_[a-z_]+)="([^"]*)"/g)
  return [...pairs].map(([, name = '', value = '']) => [name, decodeURIComponent(value)])
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function percent(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
