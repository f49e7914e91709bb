import { createHmac } from 'node:crypto'
import * as http from 'node:http'
import * as https from 'node:https'
import { partsOf } from './hooks.ts'
import type { Webhook } from './state.ts'

/** A header as it goes over the wire: name in its own spelling, and value. */
export type HeaderPair = readonly [name: string, value: string]

/** One request to a webhook's address, and what came of it. */
export interface ShopDelivery {
  readonly webhook: number
  readonly url: string
  /** `null` for a ping. */
  readonly topic: string | null
  /** The hook's argument, for order topics the order; `null` for a ping. */
  readonly order: number | null
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer
  readonly sentAtMs: number
  /** Status answered; `null` if no answer came, or none was waited for. */
  readonly answered: number | null
  /** The delivery was lost on the way, by a fault. */
  readonly isDropped: boolean
}

/** The request of a delivery, before anything was answered. */
export type DeliveryRequest = Omit<ShopDelivery, 'answered' | 'isDropped'>

/**
 * The value of `X-WC-Webhook-Signature`: base64 of the HMAC-SHA256 over the body's bytes.
 *
 * @see woocommerce 11.0.1, `includes/class-wc-webhook.php`, `generate_signature`
 */
export function signWebhook(secret: string, body: Buffer): string {
  return createHmac('sha256', secret).update(body).digest('base64')
}

/**
 * The value of `X-WC-Webhook-Delivery-ID`: a hash of the webhook's number and the current second, so one webhook's
 * deliveries of one second share it.
 *
 * @see woocommerce 11.0.1, `includes/class-wc-webhook.php`, `get_new_delivery_id`
 */
export function deliveryId(webhook: number, nowMs: number): string {
  return createHmac('md5', 'the salt of this shop')
    .update(`${webhook}${Math.floor(nowMs / 1000)}`)
    .digest('hex')
}

/** A signed delivery as the shop sends it, headers in the recorded order and spelling. */
export function signedRequest(
  webhook: Webhook,
  order: number,
  body: Buffer,
  site: { url: string; nowMs: number },
): DeliveryRequest {
  const { resource, event } = partsOf(webhook.topic)
  const headers: HeaderPair[] = [
    ...commonHeaders(webhook.deliveryUrl),
    ['Content-Type', 'application/json'],
    ['X-WC-Webhook-Source', `${site.url}/`],
    ['X-WC-Webhook-Topic', webhook.topic],
    ['X-WC-Webhook-Resource', resource],
    ['X-WC-Webhook-Event', event],
    ['X-WC-Webhook-Signature', signWebhook(webhook.secret, body)],
    ['X-WC-Webhook-ID', String(webhook.id)],
    ['X-WC-Webhook-Delivery-ID', deliveryId(webhook.id, site.nowMs)],
    ...closing(body),
  ]
  const { id, deliveryUrl: url, topic } = webhook
  return { webhook: id, url, topic, order, headers, body, sentAtMs: site.nowMs }
}

/** The unsigned form the shop sends to see whether an address answers. */
export function pingRequest({ id, deliveryUrl: url }: Webhook, nowMs: number): DeliveryRequest {
  const body = Buffer.from(`webhook_id=${id}`)
  const form: HeaderPair = ['Content-Type', 'application/x-www-form-urlencoded']
  const headers = [...commonHeaders(url), ...closing(body), form]
  return { webhook: id, url, topic: null, order: null, headers, body, sentAtMs: nowMs }
}

/** Sends the bytes as they are and gives the status; null if no whole answer came. Redirects are never followed. */
export function send({ url, headers, body }: DeliveryRequest, signal: AbortSignal): Promise<number | null> {
  return new Promise((resolve) => {
    const { request } = url.startsWith('https:') ? https : http
    const outgoing = request(url, { method: 'POST', headers: headers.flat(), agent: false, signal }, (answer) => {
      answer.once('error', () => resolve(null))
      answer.once('end', () => resolve(answer.statusCode ?? null))
      answer.resume()
    })
    outgoing.once('error', () => resolve(null))
    outgoing.end(body)
  })
}

function commonHeaders(url: string): HeaderPair[] {
  return [
    ['Host', new URL(url).host],
    ['User-Agent', 'WooCommerce/11.0.1 Hookshot (WordPress/7.1)'],
    ['Accept', '*/*'],
    ['Accept-Encoding', 'deflate, gzip, br, zstd'],
  ]
}

function closing(body: Buffer): HeaderPair[] {
  return [
    ['Connection', 'close'],
    ['Content-Length', String(body.length)],
  ]
}
