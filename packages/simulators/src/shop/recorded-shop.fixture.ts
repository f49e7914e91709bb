import { startReceiver, type Receiver } from './receiver.fixture.ts'
import { secretOf } from './recordings.fixture.ts'
import { startShopSimulator, type ShopDelivery, type ShopOptions, type ShopSimulator } from './shop.ts'

/** The topics of the recorded shop's webhooks, in the order they were made. */
export const recordedTopics = [
  'order.created',
  'order.updated',
  'order.deleted',
  'order.restored',
  'action.woocommerce_order_status_changed',
  'action.woocommerce_order_status_processing',
  'action.woocommerce_order_status_completed',
  'action.woocommerce_order_refunded',
  'action.woocommerce_refund_deleted',
  'action.woocommerce_delete_order',
]

/** The recorded shop's products by their recorded numbers. */
export const products = { demo: 10, cs101: 11, shirt: 12, instant: 13 }

/** A shop with the recorded products and webhooks, a receiver that takes them, and a clock to set. */
export interface RecordedShop {
  readonly shop: ShopSimulator
  readonly receiver: Receiver
  /** Sets the clock to a recorded time in UTC, such as `2026-11-21T18:08:52`. */
  setTime(gmt: string): void
  /** Moves the clock on. */
  passSeconds(seconds: number): void
  stop(): Promise<void>
}

export async function openRecordedShop(
  options: Pick<ShopOptions, 'https' | 'deliveryTimeoutMs' | 'autoDeliver'> = {},
  topics: readonly string[] = recordedTopics,
): Promise<RecordedShop> {
  let nowMs = Date.parse('2026-11-21T18:08:30Z')
  const receiver = await startReceiver()
  const shop = await startShopSimulator({ ...options, nowMs: () => nowMs })
  shop.addProduct({ name: 'Demonstration Course', sku: 'course-v1:OpenedX+DemoX+DemoCourse', price: 49 })
  shop.addProduct({ name: 'Computer Science 101', sku: 'course-v1:ExampleU+CS101+2026_T1', price: 129.5 })
  shop.addProduct({ name: 'T-shirt, red', sku: 'TSHIRT-RED', price: 19.9, virtual: false })
  const instant = { name: 'Self-paced Course (instant)', sku: 'course-v1:ExampleU+DL100+2026', price: 15 }
  shop.addProduct({ ...instant, downloadable: true })
  for (const topic of topics) {
    await shop.addWebhook({ topic, deliveryUrl: receiver.url, secret: secretOf('01', 0, topic) })
  }
  return {
    shop,
    receiver,
    setTime: (gmt) => {
      nowMs = Date.parse(`${gmt}Z`)
    },
    passSeconds: (seconds) => {
      nowMs += seconds * 1000
    },
    stop: async () => {
      await shop.stop()
      await receiver.stop()
    },
  }
}

/** A JSON body without what every shop makes up anew: numbers, keys, hashes, its own address. Key order is kept. */
export function comparable(body: Buffer | string): unknown {
  return withoutNumbers(JSON.parse(body.toString()), '')
}

/** What a delivery or a recording says, with its topic. */
export function heard({ topic, body }: Pick<ShopDelivery, 'body'> & { readonly topic: string | null | undefined }) {
  return { topic, body: comparable(body) }
}

const madeUp = new Set(['order_key', 'cart_hash', 'transaction_id', 'customer_user_agent'])

function withoutNumbers(value: unknown, name: string): unknown {
  if (madeUp.has(name)) return value === '' ? 'empty' : 'some'
  if (Array.isArray(value)) return value.filter(isNotHousekeeping).map((entry) => withoutNumbers(entry, ''))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, inner]) => [key, withoutNumbers(inner, key)])
  if (name === 'arg' || name === 'number' || name === 'parent_id' || (name === 'id' && value !== '' && value !== 0))
    return '#'
  return typeof value === 'string' ? withoutAddress(value) : value
}

/** The checkout keeps hashes and traces in hidden fields of the order; the simulator does not. */
function isNotHousekeeping(entry: unknown): boolean {
  if (typeof entry !== 'object' || entry === null || !('key' in entry)) return true
  return !/^_(?:\w+_hash|debug_log_source_pending_deletion|wp_trash_meta_time)$/.test(String(entry.key))
}

function withoutAddress(text: string): string {
  return text
    .replace(/^https?:\/\/127\.0\.0\.1:\d+/, 'http://shop')
    .replaceAll(/\b(orders|refunds|notes|webhooks|order-pay)\/\d+/g, '$1/#')
    .replace(/key=wc_order_\w+/, 'key=#')
}
