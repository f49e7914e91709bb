import type { Fire } from './hooks.ts'
import { soldProduct } from './products.ts'
import { recordRefund, remainingCents } from './refunds.ts'
import type { Note, Order, ShopState } from './state.ts'

/** What changes to orders work on. */
export interface Shop {
  readonly state: ShopState
  readonly fire: Fire
}

/** The statuses an order may be given; `trash` has a way of its own. */
export const orderStatuses = {
  pending: 'Pending payment',
  processing: 'Processing',
  'on-hold': 'On hold',
  completed: 'Completed',
  cancelled: 'Cancelled',
  refunded: 'Refunded',
  failed: 'Failed',
  'checkout-draft': 'Draft',
} as const

export type OrderStatus = keyof typeof orderStatuses

/** Saves an order: it is modified now, and `order.updated` is due, whether anything changed or not. */
export function saveOrder({ state, fire }: Shop, order: Order): void {
  order.modifiedMs = state.now()
  fire('woocommerce_update_order', order.id)
}

/**
 * Saves an order under a status; under its present one that is a save without a change.
 *
 * An order in the trash comes out of it. Status `refunded` adds a refund of whatever is left, without lines, as a click in the admin screen does.
 */
export function setStatus(shop: Shop, order: Order, status: OrderStatus): void {
  const from = order.status
  order.statusBeforeTrash = null
  order.status = status
  stampStatus(shop.state, order)
  saveOrder(shop, order)
  if (from !== status) announceStatus(shop, order, from)
}

/** A payment arrived: `processing`, or `completed` where nothing has to be done by hand. */
export function pay(shop: Shop, order: Order): void {
  if (order.via === 'store-api' && remainingCents(order) > 0) order.transaction = `txn_${order.id}`
  setStatus(shop, order, needsProcessing(shop.state, order) ? 'processing' : 'completed')
}

/** Whether a paid order waits for somebody: no product that is left is both virtual and downloadable. */
export function needsProcessing(state: ShopState, order: Order): boolean {
  return order.lines.some((line) => {
    const sold = soldProduct(state, line)
    return sold !== undefined && !(sold.isVirtual && sold.isDownloadable)
  })
}

/** Fires what a status change fires, in its order, and notes it on the order. */
export function announceStatus(shop: Shop, order: Order, from: string): void {
  addNote(shop.state, order, `Order status changed from ${labelOf(from)} to ${labelOf(order.status)}.`)
  shop.fire(`woocommerce_order_status_${order.status}`, order.id)
  shop.fire(`woocommerce_order_status_${from}_to_${order.status}`, order.id)
  if (order.status === 'refunded') refundTheRest(shop, order)
  shop.fire('woocommerce_order_status_changed', order.id)
}

/** Adds a note; that sends no order webhook and does not count as a modification. */
export function addNote(state: ShopState, order: Order, text: string, isForCustomer = false): Note {
  const note = { id: state.nextId('note'), createdMs: state.now(), text, isForCustomer }
  order.notes.push(note)
  return note
}

function refundTheRest({ state, fire }: Shop, order: Order): void {
  const cents = remainingCents(order)
  if (cents <= 0) return
  recordRefund(state, order, { cents, reason: 'Order fully refunded.', byGateway: false, lines: [] })
  fire('woocommerce_order_refunded', order.id)
}

function stampStatus(state: ShopState, order: Order): void {
  if (order.status === 'completed') order.completedMs = state.now()
  if (order.status === 'processing' || order.status === 'completed') order.paidMs ??= state.now()
}

function labelOf(status: string): string {
  return (orderStatuses as Readonly<Record<string, string>>)[status] ?? status
}
