import { randomBytes } from 'node:crypto'
import type { StoreConfig } from './config.ts'
import { signedQuery } from './oauth.ts'

/** A GET of the shop's REST API, ready to be sent. The address of a signed one serves once. */
export interface AuthorizedCall {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Where the times and nonces of signatures come from; for tests. */
export interface SigningSources {
  readonly nowMs?: () => number
  readonly nonce?: () => string
}

/**
 * Authorizes a call: over HTTPS by a Basic header, over plain HTTP, where WooCommerce ignores that, by a signature.
 *
 * @param path below `/wp-json/wc/v3/`.
 */
export function authorizedCall(
  config: StoreConfig,
  path: string,
  query: Readonly<Record<string, string>>,
  sources: SigningSources,
): AuthorizedCall {
  const headers = { accept: 'application/json', 'user-agent': 'Seatkeeper' }
  const resource = `/wp-json/wc/v3/${path}`
  const isSecure = config.url.startsWith('https:')
  const text = isSecure ? new URLSearchParams(query).toString() : signed(config, resource, query, sources)
  return {
    url: config.url + resource + (text === '' ? '' : `?${text}`),
    headers: isSecure ? { ...headers, authorization: `Basic ${basicToken(config)}` } : headers,
  }
}

/** What follows `Basic` in the header; as secret as the secret within. */
export function basicToken({ consumerKey, consumerSecret }: StoreConfig): string {
  return Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')
}

/** The shop verifies with its home address, in the scheme it was reached by. */
function signed(
  { url, homeUrl = url, consumerKey, consumerSecret }: StoreConfig,
  resource: string,
  query: Readonly<Record<string, string>>,
  { nowMs = Date.now, nonce = freshNonce }: SigningSources,
): string {
  const address = homeUrl.replace(/^https:/, 'http:') + resource
  return signedQuery({
    method: 'GET',
    address,
    query,
    key: consumerKey,
    secret: consumerSecret,
    nonce: nonce(),
    nowMs: nowMs(),
  })
}

function freshNonce(): string {
  return randomBytes(16).toString('hex')
}
