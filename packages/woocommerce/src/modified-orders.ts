import { JobFailure, type ModifiedPage } from '@seatkeeper/core'
import { z } from 'zod'
import { shaped, type Ask } from './ask.ts'
import { newsOfOrder } from './news.ts'
import { GmtTime, type StoreOfOrder } from './order-body.ts'
import { mostPages, mostPerPage } from './pages.ts'

/** What of an order `newsOfOrder` looks at. */
const fields = 'id,status,date_created_gmt,date_modified_gmt,total,billing,line_items,refunds,meta_data'

/** How far a page reaches back into the one before: that many orders may leave their second while it is read. */
const overlap = 20

interface Query {
  readonly sinceMs: number
  readonly inTrash: boolean
}

/**
 * Orders modified at or after a moment, oldest first: one page of them, or more where one second fills it.
 *
 * The shop's bound excludes its own second, and its times are whole ones. A page that ended in the second it began with
 * would come again for ever, so such a second is read to its end.
 *
 * @throws JobFailure STORE_ERROR if more orders carry one second than can be read.
 */
export async function readModified(
  ask: Ask,
  store: StoreOfOrder,
  query: Query,
  signal: AbortSignal,
): Promise<ModifiedPage> {
  const sinceMs = Math.max(0, Math.floor(query.sinceMs / 1000) * 1000)
  const orders: Order[] = []
  for (let page = 0; page < mostPages; page += 1) {
    const found = await readOrders(ask, { ...query, sinceMs, offset: page * (mostPerPage - overlap) }, signal)
    orders.push(...found)
    const lastModifiedMs = lastModified(orders)
    const isFull = found.length >= mostPerPage
    if (isFull && lastModifiedMs === sinceMs) continue
    return { news: orders.map((order) => newsOfOrder(order, undefined, store)), lastModifiedMs, isFull }
  }
  throw new JobFailure('STORE_ERROR', 'more orders of one second than can be read')
}

const Order = z.record(z.string(), z.unknown())
type Order = z.output<typeof Order>

async function readOrders(
  ask: Ask,
  { sinceMs, inTrash, offset }: Query & { readonly offset: number },
  signal: AbortSignal,
): Promise<readonly Order[]> {
  const query = {
    modified_after: gmtTime(sinceMs - 1000),
    dates_are_gmt: 'true',
    orderby: 'modified',
    order: 'asc',
    status: inTrash ? 'trash' : 'any',
    per_page: String(mostPerPage),
    offset: String(offset),
    _fields: fields,
  }
  const found = await ask({ endpoint: 'listOrders', path: 'orders', query }, signal)
  return found.kind === 'absent' ? [] : shaped(z.array(Order), found.content)
}

function gmtTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}

function lastModified(orders: readonly Order[]): number | null {
  const times = orders.map((order) => GmtTime.safeParse(order['date_modified_gmt']).data)
  return times.findLast((time) => time !== undefined) ?? null
}
