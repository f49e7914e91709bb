import { refundLineJson } from './line-json.ts'
import { linksOf } from './links.ts'
import { gmtTime, siteTime } from './moments.ts'
import { decimals } from './money.ts'
import type { Home } from './order-json.ts'
import type { Refund, ShopState } from './state.ts'

/** A refund as an order's refunds list shows it. */
export function refundJson(state: ShopState, { api }: Home, refund: Refund) {
  const { id, order, createdMs, cents, reason, byGateway, metaId, reachesTotal, lines } = refund
  return {
    id,
    date_created: siteTime(createdMs),
    date_created_gmt: gmtTime(createdMs),
    amount: decimals(cents),
    reason,
    refunded_by: 1,
    refunded_payment: byGateway,
    meta_data: [{ id: metaId, key: '_refund_type', value: reachesTotal ? 'full' : 'partial' }],
    line_items: lines.map((line) => refundLineJson(state, line)),
    shipping_lines: [],
    tax_lines: [],
    fee_lines: [],
    _links: linksOf(api, `/orders/${order}/refunds/${id}`, { allow: ['GET', 'DELETE'], isChild: true }),
  }
}

/** A refund as the list of all refunds shows it: with the order it belongs to. */
export function refundOfShopJson(state: ShopState, home: Home, refund: Refund) {
  const { id, ...rest } = refundJson(state, home, refund)
  return { id, parent_id: refund.order, ...rest }
}
