import { noteJson } from '../note-json.ts'
import { addNote } from '../order-status.ts'
import type { Note, Order } from '../state.ts'
import { created, ok, refusals, type Answer } from './answer.ts'
import type { Route, RouteCall } from './call.ts'
import type { RestContext } from './context.ts'

/** `/orders/{id}/notes`. Writing a note is not idempotent, and nothing tells of it. */
export function noteRoutes({ shop, home }: RestContext): readonly Route[] {
  const { orders } = shop.state
  const show = (order: Order) => (note: Note) => noteJson(home(), order, note)

  const list = ({ ids: [id = 0] }: RouteCall): Answer => {
    const order = orders.get(id)
    return order === undefined ? refusals.orderMissingForNotes : ok(order.notes.toSorted(byAge).map(show(order)))
  }
  const make = ({ ids: [id = 0], body }: RouteCall): Answer => {
    const { note, customer_note: isForCustomer } = body
    if (typeof note !== 'string') return refusals.noteMissing
    const order = orders.get(id)
    if (order === undefined) return refusals.orderMissingForNotes
    return created(show(order)(addNote(shop.state, order, note, isForCustomer === true)))
  }

  const path = /^\/orders\/(\d+)\/notes$/
  return [
    { method: 'GET', path, anonymous: refusals.cannotList, handle: list },
    { method: 'POST', path, anonymous: refusals.cannotCreate, handle: make },
  ]
}

/** Newest second first; within a second in the order they were written. */
function byAge(one: Note, other: Note): number {
  return other.createdMs - one.createdMs || one.id - other.id
}
