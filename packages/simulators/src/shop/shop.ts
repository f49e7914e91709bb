import { createAuthentication } from './authentication.ts'
import { deliveryControls, orderControls, productControls, webhookControls } from './controls.ts'
import type { ShopDelivery } from './delivery.ts'
import { createDeliveryQueue, type QueuedDelivery } from './delivery-queue.ts'
import { createFaults, type ShopFaults } from './faults.ts'
import type { Home, OrderJson } from './order-json.ts'
import type { RefundInput } from './order-refund.ts'
import type { OrderStatus } from './order-status.ts'
import type { OrderEdit, OrderInput } from './orders.ts'
import type { ProductInput } from './products.ts'
import { createRestApi } from './rest/api.ts'
import { allRoutes } from './rest/routes.ts'
import { restBase, startServer } from './server.ts'
import { addKey, createState, type ApiKey, type KeyRights, type Webhook } from './state.ts'
import type { WebhookEdit, WebhookInput } from './webhooks.ts'

export type { HeaderPair, ShopDelivery } from './delivery.ts'
export { signWebhook } from './delivery.ts'
export type { QueuedDelivery } from './delivery-queue.ts'
export type { FaultScope, RestFault, ShopFaults } from './faults.ts'
export type { OrderJson } from './order-json.ts'
export type { RefundInput } from './order-refund.ts'
export type { OrderStatus } from './order-status.ts'
export type { LineInput, OrderEdit, OrderInput } from './orders.ts'
export type { ProductInput } from './products.ts'
export type { ApiKey, KeyRights, Webhook, WebhookStatus } from './state.ts'
export type { WebhookEdit, WebhookInput } from './webhooks.ts'

export interface ShopOptions {
  /** On the loopback address; a free one unless given. */
  readonly port?: number
  /** The shop's clock, real time unless given. */
  readonly nowMs?: () => number
  /** Behaves as behind a proxy that ends TLS: Basic works, links and OAuth say `https`. The port itself speaks HTTP. */
  readonly https?: boolean
  /** Runs the delivery queue by itself: every so many milliseconds, `true` for 100. Else only `deliver()` does. */
  readonly autoDeliver?: boolean | number
  /** How long a delivery waits for its answer; 60 s as in the real shop unless given. */
  readonly deliveryTimeoutMs?: number
}

/**
 * A WooCommerce shop with real HTTP on both sides: its REST API v3, and its webhooks with their bad habits.
 *
 * Deliveries carry the order as it is when they are sent, coalesce per webhook and order, go out one after another, are
 * never repeated, and disable their webhook at the seventh failure in a row. Unlike a stock shop it delivers to private
 * addresses and odd ports, as a shop with the filters `http_request_host_is_external` and `http_allowed_safe_ports` does.
 * Orders and products are named by their numbers; whoever names one that is not there gets a RangeError.
 */
export interface ShopSimulator {
  /** Home address without a trailing slash; dial it with HTTP, whatever `https` makes the shop believe. */
  readonly url: string
  /** A REST key with all rights. */
  readonly keys: ApiKey
  addKey(rights: KeyRights): ApiKey

  addProduct(input: ProductInput): number
  setSku(product: number, sku: string): void
  deleteProduct(product: number): void

  /** Makes a webhook and pings its address, as making one over REST does. Gives its number. */
  addWebhook(input: WebhookInput): Promise<number>
  editWebhook(webhook: number, edit: WebhookEdit): Promise<void>
  deleteWebhook(webhook: number): void
  /** Takes the right to read orders from the webhook's owner, or gives it back. */
  setOwnerRights(webhook: number, mayRead: boolean): void
  /** Copies, with what REST does not show: failures in a row, whether a ping is pending. */
  webhooks(): readonly Webhook[]

  /** A shopper goes through the checkout; gives the order's number. */
  placeOrder(input: OrderInput): number
  /** The payment of a pending order arrives. */
  pay(order: number): void
  setStatus(order: number, status: OrderStatus): void
  editOrder(order: number, edit: OrderEdit): void
  /** Saves without a change: what staff do to have an order sent again. */
  resend(order: number): void
  /** Gives the refund's number. */
  refund(order: number, input: RefundInput): number
  deleteRefund(order: number, refund: number, options?: { readonly inAdminScreen?: boolean }): void
  trash(order: number): void
  restore(order: number): void
  deleteForever(order: number): void
  /** The order as REST shows it now; its lines' ids are in there. */
  order(order: number): OrderJson

  queued(): readonly QueuedDelivery[]
  /** Runs the queue to its end; gives the deliveries made, without pings. */
  deliver(): Promise<readonly ShopDelivery[]>
  /** Everything sent so far in order: deliveries, pings and redeliveries. */
  readonly deliveries: readonly ShopDelivery[]
  /** The last delivery about an order; undefined if there was none. */
  captured(order: number): ShopDelivery | undefined
  /** Sends captured bytes again, signature and all. The shop neither knows nor counts it. */
  redeliver(delivery: ShopDelivery): Promise<ShopDelivery>

  readonly faults: ShopFaults
  stop(): Promise<void>
}

/** Starts an empty shop on the loopback address. */
export async function startShopSimulator(options: ShopOptions = {}): Promise<ShopSimulator> {
  const { nowMs = Date.now, https: isTls = false } = options
  const closing = new AbortController()
  const state = createState(nowMs)
  const faults = createFaults()
  let port = 0
  // The queue runs by cron over HTTP, so what it renders never says https.
  const atHome = (scheme: string): Home => {
    const url = `${scheme}://127.0.0.1:${port}`
    return { url, api: url + restBase }
  }
  const home = () => atHome('http')
  const restHome = () => atHome(isTls ? 'https' : 'http')
  const timeoutMs = options.deliveryTimeoutMs ?? 60_000
  const queue = createDeliveryQueue({ state, home, nowMs, faults, timeoutMs, closing: closing.signal })
  const shop = { state, fire: queue.fire }
  const authenticate = createAuthentication({ state, nowMs, isTls, home: () => restHome().url })
  const api = createRestApi(allRoutes({ shop, queue, home: restHome }), authenticate)
  const server = await startServer(options.port ?? 0, api, faults)
  port = server.port
  const timer = startRunner(options.autoDeliver ?? false, queue.run)
  return {
    url: home().url,
    keys: addKey(state, 'read_write'),
    addKey: (rights) => addKey(state, rights),
    ...productControls(state),
    ...webhookControls(state, queue),
    ...orderControls(shop, home),
    ...deliveryControls(queue),
    deliveries: queue.journal,
    faults,
    stop: async () => {
      clearInterval(timer)
      closing.abort()
      await Promise.all([queue.run(), server.close()])
    },
  }
}

function startRunner(auto: boolean | number, run: () => Promise<unknown>): NodeJS.Timeout | undefined {
  if (auto === false) return undefined
  return setInterval(() => void run(), auto === true ? 100 : auto).unref()
}
