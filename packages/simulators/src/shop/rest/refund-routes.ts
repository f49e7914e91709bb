import { centsOf } from '../money.ts'
import { deleteRefund, invalidAmount, refundOrder, type RefundInput } from '../order-refund.ts'
import { remainingCents } from '../refunds.ts'
import { refundJson, refundOfShopJson } from '../refund-json.ts'
import type { Order, Refund } from '../state.ts'
import { created, ok, refundRefusal, refusals, type Answer } from './answer.ts'
import type { Route, RouteCall } from './call.ts'
import type { RestContext } from './context.ts'
import { listAnswer, oneAnswer } from './list.ts'

/** The parts of a REST refund body that this shop reads. */
interface RefundBody {
  readonly amount?: string
  readonly reason?: string
  readonly api_refund?: boolean
  readonly line_items?: readonly { readonly id: number; readonly quantity?: number; readonly refund_total?: number }[]
}

/** `/refunds` and `/orders/{id}/refunds`. */
export function refundRoutes({ shop, home }: RestContext): readonly Route[] {
  const { orders } = shop.state
  const show = (refund: Refund) => refundJson(shop.state, home(), refund)

  const listAll = ({ query }: RouteCall): Answer => {
    const all = [...orders.values()].flatMap(({ refunds }) => refunds).toSorted(newestFirst)
    const url = `${home().api}/refunds`
    return listAnswer(all, (refund) => refundOfShopJson(shop.state, home(), refund), { query, url })
  }
  // A missing order has no refunds either: 200 and an empty list, as the real shop answers.
  const list = ({ ids: [id = 0], query }: RouteCall): Answer => {
    const refunds = orders.get(id)?.refunds.toReversed() ?? []
    return listAnswer(refunds, show, { query, url: `${home().api}/orders/${id}/refunds` })
  }
  const read = ({ ids, query }: RouteCall): Answer => {
    const found = find(orders, ids)
    return 'refused' in found ? found.refused : oneAnswer(show(found.refund), query)
  }
  const make = ({ ids: [id = 0], body }: RouteCall): Answer => {
    const order = orders.get(id)
    if (order === undefined) return refusals.refundOrderMissing
    const input = inputOf(body)
    const refused = whyNot(order, input)
    return refused === undefined ? created(show(refundOrder(shop, order, input))) : refundRefusal(refused)
  }
  const remove = ({ ids, query }: RouteCall): Answer => {
    const found = find(orders, ids)
    if ('refused' in found) return found.refused
    if (query.get('force') !== 'true') return refusals.refundNeedsForce
    deleteRefund(shop, found.order, found.refund.id, { inAdminScreen: false })
    return ok(show(found.refund))
  }

  return [
    { method: 'GET', path: /^\/refunds$/, anonymous: refusals.cannotList, handle: listAll },
    { method: 'GET', path: /^\/orders\/(\d+)\/refunds$/, anonymous: refusals.cannotList, handle: list },
    { method: 'POST', path: /^\/orders\/(\d+)\/refunds$/, anonymous: refusals.cannotCreate, handle: make },
    { method: 'GET', path: /^\/orders\/(\d+)\/refunds\/(\d+)$/, anonymous: refusals.cannotView, handle: read },
    { method: 'DELETE', path: /^\/orders\/(\d+)\/refunds\/(\d+)$/, anonymous: refusals.cannotDelete, handle: remove },
  ]
}

function find(
  orders: ReadonlyMap<number, Order>,
  [orderId = 0, refundId = 0]: readonly number[],
): { readonly order: Order; readonly refund: Refund } | { readonly refused: Answer } {
  const order = orders.get(orderId)
  const refund = order?.refunds.find(({ id }) => id === refundId)
  return order === undefined || refund === undefined ? { refused: refusals.refundMissing } : { order, refund }
}

function inputOf(body: RouteCall['body']): RefundInput {
  const { amount, reason = '', api_refund: byGateway = true, line_items = [] } = body as RefundBody
  const lines = line_items.map(({ id, quantity = 0, refund_total: total = 0 }) => ({ line: id, quantity, total }))
  return { lines, reason, byGateway, ...(amount !== undefined && { amount }) }
}

/** The bank-transfer gateway cannot send money back. */
function whyNot(order: Order, { amount, lines = [], byGateway }: RefundInput): string | undefined {
  const total = lines.reduce((sum, line) => sum + (line.total ?? 0), 0)
  const cents = centsOf(amount ?? total)
  if (!(cents > 0 && cents <= remainingCents(order))) return invalidAmount
  if (byGateway === true && order.payment.method !== 'testcard')
    return 'The payment gateway for this order does not support automatic refunds.'
  return undefined
}

function newestFirst(one: Refund, other: Refund): number {
  return other.createdMs - one.createdMs || other.id - one.id
}
