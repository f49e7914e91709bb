import { byNumber } from './by-number.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import { orderJson, type Home } from './order-json.ts'
import { deleteRefund, refundOrder } from './order-refund.ts'
import { deleteOrder, restoreOrder, trashOrder } from './order-removal.ts'
import { pay, saveOrder, setStatus, type Shop } from './order-status.ts'
import { editOrder, placeOrder } from './orders.ts'
import { addProduct, setSku, type ProductInput } from './products.ts'
import type { ShopSimulator } from './shop.ts'
import type { ShopState } from './state.ts'
import { addWebhook, editWebhook } from './webhooks.ts'

type Controls<Name extends keyof ShopSimulator> = Pick<ShopSimulator, Name>

/** What a test does to products. */
export function productControls(state: ShopState): Controls<'addProduct' | 'setSku' | 'deleteProduct'> {
  return {
    addProduct: (input: ProductInput) => addProduct(state, input),
    setSku: (product, sku) => setSku(state, product, sku),
    deleteProduct: (product) => void state.products.delete(byNumber(state.products, product).id),
  }
}

/** What a test does to webhooks. */
export function webhookControls(
  state: ShopState,
  queue: DeliveryQueue,
): Controls<'addWebhook' | 'editWebhook' | 'deleteWebhook' | 'setOwnerRights' | 'webhooks'> {
  return {
    addWebhook: async (input) => (await addWebhook({ state, queue }, input)).id,
    editWebhook: (webhook, edit) => editWebhook({ state, queue }, byNumber(state.webhooks, webhook), edit),
    deleteWebhook: (webhook) => void state.webhooks.delete(byNumber(state.webhooks, webhook).id),
    setOwnerRights: (webhook, mayRead) => {
      byNumber(state.webhooks, webhook).mayOwnerRead = mayRead
    },
    webhooks: () => [...state.webhooks.values()].map((webhook) => ({ ...webhook })),
  }
}

/** What shoppers and staff do to orders. */
export function orderControls(
  shop: Shop,
  home: () => Home,
): Controls<
  | 'placeOrder'
  | 'pay'
  | 'setStatus'
  | 'editOrder'
  | 'resend'
  | 'refund'
  | 'deleteRefund'
  | 'trash'
  | 'restore'
  | 'deleteForever'
  | 'order'
> {
  const found = (order: number) => byNumber(shop.state.orders, order)
  return {
    placeOrder: (input) => placeOrder(shop, input).id,
    pay: (order) => pay(shop, found(order)),
    setStatus: (order, status) => setStatus(shop, found(order), status),
    editOrder: (order, edit) => editOrder(shop, found(order), edit),
    resend: (order) => saveOrder(shop, found(order)),
    refund: (order, input) => refundOrder(shop, found(order), input).id,
    deleteRefund: (order, refund, { inAdminScreen = false } = {}) =>
      deleteRefund(shop, found(order), refund, { inAdminScreen }),
    trash: (order) => trashOrder(shop, found(order)),
    restore: (order) => restoreOrder(shop, found(order)),
    deleteForever: (order) => deleteOrder(shop, found(order)),
    order: (order) => orderJson(shop.state, home(), found(order)),
  }
}

/** What a test does with deliveries. */
export function deliveryControls(queue: DeliveryQueue): Controls<'queued' | 'deliver' | 'captured' | 'redeliver'> {
  return {
    queued: queue.queued,
    deliver: queue.run,
    captured: (order) => queue.journal.findLast((delivery) => delivery.order === order),
    redeliver: queue.redeliver,
  }
}
