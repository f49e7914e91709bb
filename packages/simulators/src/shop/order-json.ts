import { createHash } from 'node:crypto'
import { noAddress } from './billing.ts'
import { lineJson, lineMetaJson } from './line-json.ts'
import { linksOf } from './links.ts'
import { optionalTimes, gmtTime, siteTime } from './moments.ts'
import { decimals } from './money.ts'
import { needsProcessing } from './order-status.ts'
import { totalCents } from './refunds.ts'
import type { Order, ShopState } from './state.ts'

/** What the shop calls itself, for links in its answers. */
export interface Home {
  /** The home address without a trailing slash. */
  readonly url: string
  /** The REST base, `{url}/wp-json/wc/v3`. */
  readonly api: string
}

export type OrderJson = ReturnType<typeof orderJson>

/** An order as REST v3 shows it at this moment; keys in the recorded order. Webhooks carry the same object. */
export function orderJson(state: ShopState, home: Home, order: Order) {
  const paid = optionalTimes(order.paidMs)
  const completed = optionalTimes(order.completedMs)
  return {
    id: order.id,
    parent_id: 0,
    status: order.status,
    currency: 'EUR',
    version: '11.0.1',
    prices_include_tax: false,
    date_created: siteTime(order.createdMs),
    date_modified: siteTime(order.modifiedMs),
    ...sums(order),
    customer_id: 0,
    order_key: order.key,
    ...people(order),
    date_completed: completed.site,
    date_paid: paid.site,
    cart_hash: cartHash(order),
    number: String(order.id),
    meta_data: order.meta.map(({ id, key, value }) => ({ id, key, value })),
    line_items: order.lines.map((line) => lineJson(state, line)),
    tax_lines: [],
    shipping_lines: shippingLines(order),
    fee_lines: [],
    coupon_lines: [],
    refunds: order.refunds.toReversed().map(({ id, reason, cents }) => ({
      id,
      reason,
      total: decimals(-cents),
      total_tax: '0.00',
    })),
    payment_url: `${home.url}/checkout/order-pay/${order.id}/?pay_for_order=true&key=${order.key}`,
    is_editable: ['pending', 'on-hold'].includes(order.status),
    needs_payment: ['pending', 'failed'].includes(order.status) && totalCents(order) > 0,
    needs_processing: needsProcessing(state, order),
    date_created_gmt: gmtTime(order.createdMs),
    date_modified_gmt: gmtTime(order.modifiedMs),
    date_completed_gmt: completed.gmt,
    date_paid_gmt: paid.gmt,
    currency_symbol: '€',
    _links: orderLinks(home, order),
  }
}

function sums(order: Order) {
  const discountCents = order.lines.reduce((sum, line) => sum + line.subtotalCents - line.totalCents, 0)
  return {
    discount_total: decimals(discountCents),
    discount_tax: '0.00',
    shipping_total: decimals(order.shipping?.cents ?? 0),
    shipping_tax: '0.00',
    cart_tax: '0.00',
    total: decimals(totalCents(order)),
    total_tax: '0.00',
  }
}

function people(order: Order) {
  const { email: _, ...address } = order.billing
  const isCheckout = order.via === 'store-api'
  return {
    billing: order.billing,
    shipping: isCheckout ? address : noAddress,
    payment_method: order.payment.method,
    payment_method_title: order.payment.title,
    transaction_id: order.transaction,
    customer_ip_address: isCheckout ? '127.0.0.1' : '',
    customer_user_agent: isCheckout ? 'Mozilla/5.0' : '',
    created_via: order.via,
    customer_note: order.customerNote,
  }
}

function shippingLines({ shipping }: Order) {
  if (shipping === null) return []
  const method = { method_title: 'Flat rate', method_id: 'flat_rate', instance_id: '1' }
  const costs = { total: decimals(shipping.cents), total_tax: '0.00', taxes: [], tax_status: 'taxable' }
  return [{ id: shipping.lineId, ...method, ...costs, meta_data: [lineMetaJson(shipping.items)] }]
}

function cartHash({ via, lines }: Order): string {
  if (via !== 'store-api') return ''
  return createHash('md5')
    .update(JSON.stringify(lines.map(({ product, quantity }) => [product, quantity])))
    .digest('hex')
}

function orderLinks({ api }: Home, { id }: Order) {
  const emails = [{ embeddable: true, href: `${api}/orders/${id}/actions/email_templates` }]
  return { ...linksOf(api, `/orders/${id}`), email_templates: emails }
}
