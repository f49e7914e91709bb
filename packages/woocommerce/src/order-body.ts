import { EmailAddress, LineId, OrderId, type OrderLine, type OrderSnapshot, type StoreId } from '@seatkeeper/core'
import { z } from 'zod'
import { CustomFields } from './custom-fields.ts'
import { learnersIn, type LearnerFields } from './learners.ts'
import { Money, reachesTotal } from './money.ts'
import { accessOf, plainStatus, type StatusMap } from './order-status.ts'
import { refundedUnits, type RefundBody } from './refund-body.ts'

/** More lines than any real order has; each costs memory before anybody knows whether it sells a course. */
export const mostLines = 1000
const mostUnits = 100_000

/** A number WooCommerce gives to an order. */
export const OrderNumber = z
  .int()
  .positive()
  .transform((id) => OrderId.parse(String(id)))

/** Whole seconds without a zone, meaning UTC; read as milliseconds since 1970. */
export const GmtTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
  .transform((time) => Date.parse(`${time}Z`))
  .refine((ms) => !Number.isNaN(ms), { message: 'not a time' })

const productNumber = z.int().nonnegative().transform(String)

const LineBody = z.object({
  id: z
    .int()
    .positive()
    .transform((id) => LineId.parse(String(id))),
  sku: z.string().max(1000).nullish(),
  product_id: productNumber,
  variation_id: productNumber,
  quantity: z.number().nonnegative(),
  meta_data: CustomFields,
})

/** An order of the REST API v3, which is also the body of a webhook, as far as it is needed. */
export const OrderBody = z.object({
  id: OrderNumber,
  status: z.string().min(1).max(100).transform(plainStatus),
  date_created_gmt: GmtTime,
  date_modified_gmt: GmtTime,
  total: Money,
  billing: z.object({ email: z.unknown() }),
  line_items: z
    .array(LineBody)
    .max(mostLines)
    .refine((lines) => lines.reduce((units, { quantity }) => units + quantity, 0) <= mostUnits, {
      message: 'too many units',
    })
    .refine((lines) => new Set(lines.map(({ id }) => id)).size === lines.length, { message: 'one line twice' }),
  refunds: z.array(z.object({ id: z.int().positive() })),
  meta_data: CustomFields,
})
export type OrderBody = z.output<typeof OrderBody>

/** Which store an order is of, what the store's statuses mean, and where its orders name who learns. */
export interface StoreOfOrder {
  readonly id: StoreId
  readonly statuses: StatusMap
  readonly learners: LearnerFields
}

/**
 * What the shop says of an order, in our words.
 *
 * @param refunds all refunds of the order; the order itself says that there are some, not of what.
 */
export function snapshotOf(order: OrderBody, store: StoreOfOrder, refunds: readonly RefundBody[]): OrderSnapshot {
  const refunded = refundedUnits(refunds)
  const amounts = refunds.map(({ amount }) => amount)
  return {
    store: store.id,
    order: order.id,
    status: order.status,
    access: accessOf(order.status, store.statuses),
    createdAtMs: order.date_created_gmt,
    modifiedAtMs: order.date_modified_gmt,
    learner: learnerOf(order, store.learners),
    fullyRefunded: order.status === 'refunded' || reachesTotal(amounts, order.total),
    refunds: refunds.map(({ id }) => String(id)).toSorted(),
    lines: order.line_items.map((line) => lineOf(line, refunded.get(line.id) ?? 0, store.learners)),
  }
}

function learnerOf({ billing, meta_data: fields }: OrderBody, { orderFields }: LearnerFields): EmailAddress | null {
  const [named = EmailAddress.safeParse(billing.email).data] = learnersIn(fields, orderFields)
  return named ?? null
}

/** Parts of units are nobody's seat: 1.5 bought are one, and half a unit refunded takes none. */
function lineOf(line: OrderBody['line_items'][number], refunded: number, { lineFields }: LearnerFields): OrderLine {
  const quantity = Math.floor(line.quantity)
  return {
    line: line.id,
    sku: line.sku === '' ? null : (line.sku ?? null),
    product: line.product_id,
    variation: line.variation_id,
    quantity,
    refunded: Math.min(Math.floor(refunded), quantity),
    learners: learnersIn(line.meta_data, lineFields).slice(0, quantity),
  }
}
