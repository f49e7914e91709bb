import { randomBytes } from 'node:crypto'
import type { StoreConfig } from './config.ts'
import { signedQuery } from './oauth.ts'

/** A call of the shop's REST API. */
export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below `/wp-json/wc/v3/`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | undefined
  /** Sent as JSON. Needed for POST and PUT. No signature covers it. */
  readonly body?: object | undefined
}

/** A call, ready to be sent. The address of a signed one serves once. */
export interface AuthorizedCall {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Where the times and nonces of signatures come from; for tests. */
export interface SigningSources {
  readonly nowMs?: () => number
  readonly nonce?: () => string
}

/** Authorizes a call: over HTTPS by a Basic header, over plain HTTP, where WooCommerce ignores that, by a signature. */
export function authorizedCall(config: StoreConfig, request: RestRequest, sources: SigningSources): AuthorizedCall {
  const headers = { accept: 'application/json', 'user-agent': 'Seatkeeper' }
  const resource = `/wp-json/wc/v3/${request.path}`
  const isSecure = config.url.startsWith('https:')
  const text = isSecure ? new URLSearchParams(request.query).toString() : signed(config, resource, request, sources)
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
  { method, query = {} }: RestRequest,
  { nowMs = Date.now, nonce = freshNonce }: SigningSources,
): string {
  const address = homeUrl.replace(/^https:/, 'http:') + resource
  return signedQuery({
    method,
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
