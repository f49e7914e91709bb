import { isEmail } from '../billing.ts'
import { orderStatuses, type OrderStatus } from '../order-status.ts'
import type { LineInput, OrderEdit, OrderInput } from '../orders.ts'
import type { Billing, Order, ShopState } from '../state.ts'
import { invalidParameter, refusals, type Answer } from './answer.ts'
import type { RouteCall } from './call.ts'

type Fields = readonly { readonly key: string; readonly value: unknown }[]

/** The parts of a REST order body that this shop reads. */
interface OrderBody {
  readonly status?: OrderStatus
  readonly billing?: Partial<Billing>
  readonly customer_note?: string
  readonly meta_data?: Fields
  readonly line_items?: readonly LineBody[]
}

interface LineBody {
  readonly id?: number
  /** Null takes the line out of the order. */
  readonly product_id?: number | null
  readonly variation_id?: number
  readonly quantity?: number
  readonly total?: string
  readonly meta_data?: Fields
}

/** Why the shop takes no such body; undefined if it does. */
export function invalidOrderBody(body: RouteCall['body']): Answer | undefined {
  const { status, billing } = body as OrderBody
  if (status !== undefined && !(status in orderStatuses)) return unknownStatus('status', ['auto-draft'])
  const email = billing?.email ?? ''
  return email === '' || isEmail(email)
    ? undefined
    : invalidParameter('billing', 'rest_invalid_email', 'Invalid email address.')
}

/** The refusal of a status that is none; the words list what would do, `first` before the rest. */
export function unknownStatus(name: string, first: readonly string[]): Answer {
  const known = [...first, ...Object.keys(orderStatuses)]
  const message = `${name} is not one of ${known.slice(0, -1).join(', ')}, and ${known.at(-1)}.`
  return invalidParameter('status', 'rest_not_in_enum', message)
}

/** A REST body as a new order. */
export function inputOf(body: RouteCall['body']): OrderInput {
  const { status, billing = {}, customer_note = '', meta_data, line_items = [] } = body as OrderBody
  const { email = '', ...address } = billing
  const input = { email, billing: address, customerNote: customer_note, lines: line_items.map(lineInput) }
  return { ...input, meta: fieldsOf(meta_data), ...(status !== undefined && { status }) }
}

/** A REST body as a change: lines with an id are changed or removed, others added. */
export function editOf(body: RouteCall['body']): OrderEdit {
  const { status, billing, meta_data, line_items = [] } = body as OrderBody
  const known = line_items.flatMap(({ id, ...line }) => (id === undefined ? [] : [{ id, ...line }]))
  const counted = known.flatMap(({ id, quantity }) => (quantity === undefined ? [] : [[id, quantity] as const]))
  return {
    meta: fieldsOf(meta_data),
    lineMeta: Object.fromEntries(known.map((line) => [line.id, fieldsOf(line.meta_data)])),
    quantities: Object.fromEntries(counted),
    addLines: line_items.filter(({ id }) => id === undefined).map(lineInput),
    removeLines: known.filter((line) => line.product_id === null).map(({ id }) => id),
    ...(billing?.email !== undefined && { email: billing.email }),
    ...(status !== undefined && { status }),
  }
}

/** The changes of a batch. */
export function updatesOf(body: RouteCall['body']): readonly (RouteCall['body'] & { readonly id: number })[] {
  return (body as { readonly update?: ReturnType<typeof updatesOf> }).update ?? []
}

/** Whether a change names a line that the order does not have. */
export function unknownLine({ lines }: Order, { lineMeta = {} }: OrderEdit): boolean {
  return Object.keys(lineMeta).some((named) => !lines.some(({ id }) => id === Number(named)))
}

/** The refusal of a line whose product is not there; undefined if all are. The real shop makes an empty line of it. */
export function unknownProduct({ products }: ShopState, lines: readonly LineInput[]): Answer | undefined {
  return lines.every(({ product }) => products.has(product)) ? undefined : refusals.productMissingInLine
}

function lineInput({ product_id, variation_id, quantity = 1, total, meta_data }: LineBody): LineInput {
  const product = variation_id || (product_id ?? 0)
  return { product, quantity, meta: fieldsOf(meta_data), ...(total !== undefined && { total: Number(total) }) }
}

function fieldsOf(fields: Fields = []): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ key, value }) => [key, value]))
}
