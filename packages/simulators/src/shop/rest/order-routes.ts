import { deleteOrder, trashOrder } from '../order-removal.ts'
import { orderJson } from '../order-json.ts'
import { editOrder, enterOrder } from '../orders.ts'
import type { Order } from '../state.ts'
import { created, ok, refusals, type Answer } from './answer.ts'
import type { Route, RouteCall } from './call.ts'
import type { RestContext } from './context.ts'
import { listAnswer, oneAnswer } from './list.ts'
import { editOf, inputOf, invalidOrderBody, unknownLine, unknownProduct, updatesOf } from './order-body.ts'
import { ordersAskedFor } from './order-query.ts'

/** `/orders`: list, read, make, change, trash, delete, and several changes in one. */
export function orderRoutes({ shop, home }: RestContext): readonly Route[] {
  const { orders } = shop.state
  const show = (order: Order) => orderJson(shop.state, home(), order)

  const list = ({ query }: RouteCall): Answer => {
    const asked = ordersAskedFor([...orders.values()], query)
    return 'refused' in asked ? asked.refused : listAnswer(asked.orders, show, { query, url: `${home().api}/orders` })
  }
  const read = ({ ids: [id = 0], query }: RouteCall): Answer => {
    const order = orders.get(id)
    return order === undefined ? refusals.orderMissing : oneAnswer(show(order), query)
  }
  const make = ({ body }: RouteCall): Answer => {
    const refused = invalidOrderBody(body) ?? unknownProduct(shop.state, inputOf(body).lines)
    return refused ?? created(show(enterOrder(shop, inputOf(body), { isPaid: body['set_paid'] === true })))
  }
  const change = (id: number, body: RouteCall['body']): Answer => {
    const edit = editOf(body)
    const refused = invalidOrderBody(body) ?? unknownProduct(shop.state, edit.addLines ?? [])
    if (refused !== undefined) return refused
    const order = orders.get(id)
    if (order === undefined) return refusals.orderMissingForWrite
    if (unknownLine(order, edit)) return refusals.lineMissing
    editOrder(shop, order, edit)
    return ok(show(order))
  }
  const remove = ({ ids: [id = 0], query }: RouteCall): Answer => {
    const order = orders.get(id)
    if (order === undefined) return refusals.orderMissing
    const isForGood = query.get('force') === 'true'
    if (!isForGood && order.statusBeforeTrash !== null) return refusals.alreadyTrashed
    const before = show(order)
    if (isForGood) deleteOrder(shop, order)
    else trashOrder(shop, order)
    return ok(before)
  }
  const changeSeveral = ({ body }: RouteCall): Answer => {
    const updates = updatesOf(body).map(({ id, ...rest }) => batchEntry(id, change(id, rest)))
    return ok({ update: updates })
  }

  return [
    { method: 'GET', path: /^\/orders$/, anonymous: refusals.cannotList, handle: list },
    { method: 'POST', path: /^\/orders$/, anonymous: refusals.cannotCreate, handle: make },
    { method: 'POST', path: /^\/orders\/batch$/, anonymous: refusals.cannotEdit, handle: changeSeveral },
    { method: 'GET', path: /^\/orders\/(\d+)$/, anonymous: refusals.cannotView, handle: read },
    ...(['PUT', 'POST'] as const).map((method): Route => ({
      method,
      path: /^\/orders\/(\d+)$/,
      anonymous: refusals.cannotEdit,
      handle: ({ ids: [id = 0], body }) => change(id, body),
    })),
    { method: 'DELETE', path: /^\/orders\/(\d+)$/, anonymous: refusals.cannotDelete, handle: remove },
  ]
}

function batchEntry(id: number, { status, body }: Answer): unknown {
  return status === 200 ? body : { id, error: body }
}
