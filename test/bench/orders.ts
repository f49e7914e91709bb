import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { policyOf, StoreWebhooks } from '@seatkeeper/woocommerce'
import { root } from '../command.ts'

/** What the benchmarks' shop is to us: the entry of the configuration that the ingress reads. */
export const store = StoreWebhooks.parse({
  id: 'shop',
  lms: 'campus',
  courseMode: 'verified',
  webhookSecrets: ['whsec-bench'],
  catalogue: { readProducts: false },
})

/** How that shop's orders count. */
export const policy = policyOf(store)

/** A paid order of a buyer who never bought before, as the shop's webhook brings it. */
export interface BenchOrder {
  readonly email: string
  readonly body: Buffer
  /** Of `X-WC-Webhook-Signature`. */
  readonly signature: string
}

/** Which recorded order new ones are made of: 2.7 and 3.6 KB, as a shop without plugins writes them. */
export const recordings = {
  oneCourse: '02-guest-one-course-paid-inline/01.body',
  twoCoursesAndAShirt: '04-two-courses-and-a-shirt/02.body',
} as const

let orders = 0

/** So many orders, each of its own number and buyer, created now and signed. */
export function makeOrders(recording: keyof typeof recordings, count: number): readonly BenchOrder[] {
  const text = readFileSync(join(root, 'test/fixtures/woocommerce', recordings[recording]), 'utf8')
  const recorded = JSON.parse(text) as { readonly billing: object }
  return Array.from({ length: count }, () => makeOrder(recorded))
}

function makeOrder(recorded: { readonly billing: object }): BenchOrder {
  orders += 1
  const email = `buyer-${orders}@example.org`
  const now = new Date().toISOString().slice(0, 19)
  const billing = { ...recorded.billing, email }
  const body = Buffer.from(
    JSON.stringify({ ...recorded, id: orders, date_created_gmt: now, date_modified_gmt: now, billing }),
  )
  const [secret = ''] = store.webhookSecrets
  return { email, body, signature: createHmac('sha256', secret).update(body).digest('base64') }
}

/** The bytes of a webhook request over a kept connection. */
export function requestOf({ body, signature }: BenchOrder): Buffer {
  const head = [
    'POST /webhooks/shop HTTP/1.1',
    'Host: 127.0.0.1',
    'User-Agent: WooCommerce/11.0.1 Hookshot (WordPress/7.1)',
    'Accept: */*',
    'Content-Type: application/json',
    'X-WC-Webhook-Topic: order.created',
    `X-WC-Webhook-Signature: ${signature}`,
    `Content-Length: ${body.length}`,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
}
