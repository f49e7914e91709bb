import { randomBytes } from 'node:crypto'
import { billingOf, isEmail } from './billing.ts'
import { byNumber } from './by-number.ts'
import { centsOf } from './money.ts'
import { announceStatus, pay, saveOrder, setStatus, type OrderStatus, type Shop } from './order-status.ts'
import { soldName, soldProduct } from './products.ts'
import { totalCents } from './refunds.ts'
import { createMeta, setMeta, type Billing, type Line, type Order, type Shipping } from './state.ts'

/** One line to be sold. */
export interface LineInput {
  /** Number of the product, or of the variation. */
  readonly product: number
  readonly quantity?: number
  /** What the line costs in the end; less than its price where a coupon was used. */
  readonly total?: number
  readonly meta?: Readonly<Record<string, unknown>>
}

/** What an order starts from, at the checkout or over REST. */
export interface OrderInput {
  readonly email: string
  readonly lines: readonly LineInput[]
  readonly billing?: Partial<Omit<Billing, 'email'>>
  readonly meta?: Readonly<Record<string, unknown>>
  readonly customerNote?: string
  /** Cost of shipping; given, the order has a shipping line. */
  readonly shipping?: number
  /**
   * Where the checkout leaves the order: `pending` on a hosted payment page, `on-hold` for a bank transfer, `failed` for
   * a declined card. Left out, the card is charged at once and the products say where it goes.
   */
  readonly status?: OrderStatus
}

/** A change made by staff or over REST. Lines are named by their ids. */
export interface OrderEdit {
  readonly email?: string
  readonly status?: OrderStatus
  readonly meta?: Readonly<Record<string, unknown>>
  readonly lineMeta?: Readonly<Record<number, Readonly<Record<string, unknown>>>>
  /** Another quantity leaves a line's total alone, as over REST. */
  readonly quantities?: Readonly<Record<number, number>>
  readonly addLines?: readonly LineInput[]
  readonly removeLines?: readonly number[]
}

const byCard = { method: 'testcard', title: 'Credit card (test)' }
const byTransfer = { method: 'bacs', title: 'Direct bank transfer' }
const byNothing = { method: '', title: '' }

/**
 * A shopper goes through the checkout. The order was a draft before, so `order.updated` comes before `order.created`.
 *
 * @throws RangeError if the checkout would refuse the e-mail address.
 */
export function placeOrder(shop: Shop, input: OrderInput): Order {
  if (!isEmail(input.email)) throw new RangeError('the checkout refuses this e-mail address')
  const order = createOrder(shop, input, 'store-api')
  if (totalCents(order) > 0) order.payment = input.status === 'on-hold' ? byTransfer : byCard
  order.status = 'checkout-draft'
  order.meta.push(...createMeta(shop.state, { is_vat_exempt: 'no' }))
  shop.fire('woocommerce_update_order', order.id)
  shop.fire('woocommerce_new_order', order.id)
  order.status = 'pending'
  announceStatus(shop, order, 'checkout-draft')
  if (input.status === undefined) pay(shop, order)
  else if (input.status !== 'pending') setStatus(shop, order, input.status)
  return order
}

/** An order made over REST, by staff or another program: `order.created` comes first, and a paid one changes status after. */
export function enterOrder(shop: Shop, input: OrderInput, options: { readonly isPaid: boolean }): Order {
  const order = createOrder(shop, input, 'rest-api')
  if (options.isPaid) order.payment = { method: byCard.method, title: '' }
  shop.fire('woocommerce_new_order', order.id)
  saveOrder(shop, order)
  if (input.status !== undefined && input.status !== order.status) setStatus(shop, order, input.status)
  if (options.isPaid && order.paidMs === null) pay(shop, order)
  return order
}

/** Applies an edit in one save. @throws RangeError if it names a product or line that is not there. */
export function editOrder(shop: Shop, order: Order, edit: OrderEdit): void {
  const { state } = shop
  if (edit.email !== undefined) order.billing = { ...order.billing, email: edit.email }
  setMeta(state, order.meta, edit.meta ?? {})
  for (const [line, fields] of Object.entries(edit.lineMeta ?? {}))
    setMeta(state, lineOf(order, Number(line)).meta, fields)
  for (const [line, quantity] of Object.entries(edit.quantities ?? {})) lineOf(order, Number(line)).quantity = quantity
  order.lines = order.lines.filter(({ id }) => !edit.removeLines?.includes(id))
  order.lines.push(...(edit.addLines ?? []).map((line) => createLine(shop, line)))
  if (edit.status === undefined) saveOrder(shop, order)
  else setStatus(shop, order, edit.status)
}

/** The line of that number. @throws RangeError if the order has none. */
export function lineOf(order: Order, id: number): Line {
  const line = order.lines.find((candidate) => candidate.id === id)
  if (line === undefined) throw new RangeError(`order ${order.id} has no line ${id}`)
  return line
}

function createOrder(shop: Shop, input: OrderInput, via: Order['via']): Order {
  const { state } = shop
  const id = state.nextId('post')
  const lines = input.lines.map((line) => createLine(shop, line))
  const order: Order = {
    id,
    key: `wc_order_${randomBytes(7).toString('hex').slice(1)}`,
    via,
    status: 'pending',
    statusBeforeTrash: null,
    billing: billingOf(input.email, input.billing),
    payment: byNothing,
    transaction: '',
    customerNote: input.customerNote ?? '',
    lines,
    shipping: input.shipping === undefined ? null : createShipping(shop, lines, input.shipping),
    meta: createMeta(state, input.meta),
    notes: [],
    refunds: [],
    createdMs: state.now(),
    modifiedMs: state.now(),
    paidMs: null,
    completedMs: null,
  }
  state.orders.set(id, order)
  return order
}

function createShipping({ state }: Shop, lines: readonly Line[], cost: number): Shipping {
  const shipped = lines.filter((line) => soldProduct(state, line)?.isVirtual === false)
  const value = shipped.map(({ name, quantity }) => `${name} &times; ${quantity}`).join(', ')
  const items = { id: state.nextId('meta'), key: 'Items', value }
  return { lineId: state.nextId('item'), cents: centsOf(cost), items }
}

function createLine({ state }: Shop, { product, quantity = 1, total, meta }: LineInput): Line {
  const sold = byNumber(state.products, product)
  const subtotalCents = sold.cents * quantity
  return {
    id: state.nextId('item'),
    name: soldName(state, sold),
    product: sold.parent ?? sold.id,
    variation: sold.parent === null ? 0 : sold.id,
    quantity,
    subtotalCents,
    totalCents: total === undefined ? subtotalCents : centsOf(total),
    meta: createMeta(state, { ...sold.attributes, ...meta }),
  }
}
