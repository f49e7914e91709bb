import { centsOf } from './money.ts'
import { lineOf } from './orders.ts'
import { saveOrder, setStatus, type Shop } from './order-status.ts'
import { recordRefund, remainingCents, type RefundRecord } from './refunds.ts'
import type { Order, Refund } from './state.ts'

/** What to give back. */
export interface RefundInput {
  /** Lines by id. Quantity 0 gives back money only; `total` is the units' price unless given. */
  readonly lines?: readonly { readonly line: number; readonly quantity: number; readonly total?: number }[]
  /** The whole sum; left out, the lines' totals. Without lines it is a gesture of goodwill. */
  readonly amount?: number | string
  readonly reason?: string
  /** Whether the gateway sends the money back; true unless said otherwise. */
  readonly byGateway?: boolean
}

/** The shop's word for a sum that cannot be refunded. */
export const invalidAmount = 'Invalid refund amount.'

/**
 * Refunds part of an order, or the rest of it.
 *
 * Below the total the status stays; reaching it makes the order `refunded`. Either way one `order.updated` is due.
 *
 * @throws RangeError for no money, or more than is left.
 */
export function refundOrder(shop: Shop, order: Order, input: RefundInput): Refund {
  const record = recordOf(order, input)
  if (record.cents <= 0 || record.cents > remainingCents(order)) throw new RangeError(invalidAmount)
  const refund = recordRefund(shop.state, order, record)
  if (refund.reachesTotal) setStatus(shop, order, 'refunded')
  else saveOrder(shop, order)
  shop.fire('woocommerce_order_refunded', order.id)
  return refund
}

/**
 * Deletes a refund. The order keeps its status and its modification time, and no order topic tells of it.
 *
 * @param options.inAdminScreen fires `woocommerce_refund_deleted` with the refund's number; over REST not even that.
 */
export function deleteRefund(
  { fire }: Shop,
  order: Order,
  id: number,
  options: { readonly inAdminScreen: boolean },
): void {
  order.refunds = order.refunds.filter((refund) => refund.id !== id)
  if (options.inAdminScreen) fire('woocommerce_refund_deleted', id)
}

function recordOf(order: Order, { lines = [], amount, reason = '', byGateway = true }: RefundInput): RefundRecord {
  const refunded = lines.map(({ line, quantity, total }) => {
    const original = lineOf(order, line)
    const unitCents = original.totalCents / original.quantity
    return { original, quantity, cents: total === undefined ? Math.round(unitCents * quantity) : centsOf(total) }
  })
  const sumCents = refunded.reduce((sum, { cents }) => sum + cents, 0)
  return { cents: amount === undefined ? sumCents : centsOf(amount), reason, byGateway, lines: refunded }
}
