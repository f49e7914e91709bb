import { linksOf } from './links.ts'
import { gmtTime, siteTime } from './moments.ts'
import type { Home } from './order-json.ts'
import type { Note, Order } from './state.ts'

/** A note on an order as REST v3 shows it. */
export function noteJson({ api }: Home, order: Order, { id, createdMs, text, isForCustomer }: Note) {
  return {
    id,
    author: 'WooCommerce',
    date_created: siteTime(createdMs),
    date_created_gmt: gmtTime(createdMs),
    note: text,
    customer_note: isForCustomer,
    _links: linksOf(api, `/orders/${order.id}/notes/${id}`, { allow: ['GET', 'DELETE'], isChild: true }),
  }
}
