import type { DeliveryQueue } from '../delivery-queue.ts'
import type { Home } from '../order-json.ts'
import type { Shop } from '../order-status.ts'

/** What the routes work on. */
export interface RestContext {
  readonly shop: Shop
  readonly queue: Pick<DeliveryQueue, 'ping'>
  readonly home: () => Home
}
