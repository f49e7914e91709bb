import { announceStatus, type Shop } from './order-status.ts'
import { setMeta, type Order } from './state.ts'

/** The custom field in which WordPress keeps the status of what is in the trash. */
const wayBack = '_wp_trash_meta_status'

/** Moves an order to the trash: `order.deleted` with nothing but the number. It stays readable. */
export function trashOrder({ state, fire }: Shop, order: Order): void {
  if (order.statusBeforeTrash !== null) return
  order.statusBeforeTrash = order.status
  setMeta(state, order.meta, { [wayBack]: `wc-${order.status}` })
  order.status = 'trash'
  order.modifiedMs = state.now()
  fire('woocommerce_trash_order', order.id)
}

/** Takes an order out of the trash under its old status: `order.restored` and status actions, but no `order.updated`. */
export function restoreOrder(shop: Shop, order: Order): void {
  if (order.statusBeforeTrash === null) return
  order.status = order.statusBeforeTrash
  order.meta = order.meta.filter(({ key }) => key !== wayBack)
  order.statusBeforeTrash = null
  order.modifiedMs = shop.state.now()
  shop.fire('woocommerce_untrash_order', order.id)
  announceStatus(shop, order, 'trash')
}

/** Removes an order for good, from the trash or past it. No order topic tells of it. */
export function deleteOrder({ state, fire }: Shop, order: Order): void {
  state.orders.delete(order.id)
  fire('woocommerce_delete_order', order.id)
}
