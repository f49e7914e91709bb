import { momentOf } from '../moments.ts'
import { orderStatuses } from '../order-status.ts'
import type { Order } from '../state.ts'
import type { Answer } from './answer.ts'
import { namesOf } from './list.ts'
import { unknownStatus } from './order-body.ts'

/** The orders a query asks for, in its order; or why it may not ask so. */
export function ordersAskedFor(
  orders: readonly Order[],
  query: URLSearchParams,
): { readonly orders: readonly Order[] } | { readonly refused: Answer } {
  const statuses = namesOf(query, 'status')
  const strange = statuses.findIndex((status) => !isKnown(status))
  if (strange !== -1) return { refused: unknownStatus(`status[${strange}]`, ['any', 'trash', 'auto-draft']) }
  const conditions = [hasStatus(statuses), isIncluded(query), isWithin(query)]
  const asked = orders.filter((order) => conditions.every((holds) => holds(order)))
  return { orders: asked.toSorted(comparison(query)) }
}

type Condition = (order: Order) => boolean

function isKnown(status: string): boolean {
  return ['any', 'trash', 'auto-draft'].includes(status) || status in orderStatuses
}

/** Trashed orders come only if nothing but them is asked for: `any,trash` leaves them out. */
function hasStatus(statuses: readonly string[]): Condition {
  const isAny = statuses.length === 0 || statuses.includes('any')
  return ({ status }) => (isAny ? status !== 'trash' : statuses.includes(status))
}

function isIncluded(query: URLSearchParams): Condition {
  const ids = namesOf(query, 'include').map(Number)
  return ({ id }) => ids.length === 0 || ids.includes(id)
}

/** All bounds exclude their own second. */
function isWithin(query: URLSearchParams): Condition {
  const areGmt = ['true', '1'].includes(query.get('dates_are_gmt') ?? '')
  const bound = (name: string, missing: number) => {
    const text = query.get(name)
    return text === null ? missing : momentOf(text, areGmt)
  }
  const after = bound('after', -Infinity)
  const before = bound('before', Infinity)
  const modifiedAfter = bound('modified_after', -Infinity)
  const modifiedBefore = bound('modified_before', Infinity)
  return ({ createdMs, modifiedMs }) =>
    createdMs > after && createdMs < before && modifiedMs > modifiedAfter && modifiedMs < modifiedBefore
}

function comparison(query: URLSearchParams): (one: Order, other: Order) => number {
  const sign = query.get('order') === 'asc' ? 1 : -1
  const by = query.get('orderby') ?? 'date'
  const rank = ({ id, createdMs, modifiedMs }: Order) => (by === 'id' ? id : by === 'modified' ? modifiedMs : createdMs)
  return (one, other) => sign * (rank(one) - rank(other) || one.id - other.id)
}
