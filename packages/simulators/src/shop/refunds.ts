import type { Line, Order, Refund, RefundLine, ShopState } from './state.ts'

/** A refund to be recorded; its lines name lines of the order and carry no sign yet. */
export interface RefundRecord {
  readonly cents: number
  readonly reason: string
  readonly byGateway: boolean
  readonly lines: readonly { readonly original: Line; readonly quantity: number; readonly cents: number }[]
}

/** Writes a refund down. Status and hooks are the caller's: WooCommerce orders them differently for each way to refund. */
export function recordRefund(state: ShopState, order: Order, record: RefundRecord): Refund {
  const { cents, reason, byGateway } = record
  const refund: Refund = {
    id: state.nextId('post'),
    order: order.id,
    createdMs: state.now(),
    cents,
    reason,
    byGateway,
    metaId: state.nextId('meta'),
    reachesTotal: cents >= remainingCents(order),
    lines: record.lines.map((line): RefundLine => ({
      id: state.nextId('item'),
      metaId: state.nextId('meta'),
      original: line.original,
      quantity: -line.quantity,
      cents: -line.cents,
    })),
  }
  order.refunds.push(refund)
  return refund
}

/** What an order costs: its lines and the shipping. */
export function totalCents({ lines, shipping }: Order): number {
  return lines.reduce((sum, line) => sum + line.totalCents, shipping?.cents ?? 0)
}

/** What of it has not been refunded. */
export function remainingCents(order: Order): number {
  return order.refunds.reduce((rest, refund) => rest - refund.cents, totalCents(order))
}
