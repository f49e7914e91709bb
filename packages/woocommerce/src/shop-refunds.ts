import { OrderId, type RefundRef, type StoreId } from '@seatkeeper/core'
import { z } from 'zod'
import type { Ask } from './ask.ts'
import { mostPerPage, readPage } from './pages.ts'

const RefundOfShop = z.object({ id: z.int().positive(), parent_id: z.int().nonnegative() })

/** One page of the refunds of all orders, newest first. A refund whose order is gone belongs to none and is left out. */
export async function readRefunds(
  ask: Ask,
  store: StoreId,
  page: number,
  signal: AbortSignal,
): Promise<{ readonly refunds: readonly RefundRef[]; readonly isFull: boolean }> {
  const question = { endpoint: 'listRefunds', path: 'refunds', query: { _fields: 'id,parent_id' }, page } as const
  const found = await readPage(ask, question, RefundOfShop, signal)
  const refunds = found
    .filter((refund) => refund.parent_id > 0)
    .map(({ id, parent_id: order }) => ({ store, order: OrderId.parse(String(order)), refund: String(id) }))
  return { refunds, isFull: found.length >= mostPerPage }
}
