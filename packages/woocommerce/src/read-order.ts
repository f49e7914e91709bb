import { JobFailure, type OrderId, type OrderReading } from '@seatkeeper/core'
import { shaped, unreadable, type Ask } from './ask.ts'
import { OrderBody, snapshotOf, type StoreOfOrder } from './order-body.ts'
import { readPages } from './pages.ts'
import { RefundBody } from './refund-body.ts'

const mostReadings = 3

/**
 * Reads an order and its refunds; the order first, because the shop answers "no refunds" for one that does not exist.
 *
 * The two reads are of two moments. They are believed together once the order lists the very refunds that were read.
 */
export async function readOrder(
  ask: Ask,
  store: StoreOfOrder,
  order: OrderId,
  signal: AbortSignal,
): Promise<OrderReading> {
  for (let reading = 1; reading <= mostReadings; reading += 1) {
    const found = await ask({ endpoint: 'readOrder', path: `orders/${order}` }, signal)
    if (found.kind === 'absent') return { kind: 'deleted' }
    const body = shaped(OrderBody, found.content)
    if (body.id !== order) throw unreadable('another order than the one asked for')
    const question = { endpoint: 'readRefundsOfOrder', path: `orders/${order}/refunds` } as const
    const refunds = await readPages(ask, question, RefundBody, signal)
    if (areTheSame(body.refunds, refunds)) return { kind: 'order', snapshot: snapshotOf(body, store, refunds) }
  }
  throw new JobFailure('STORE_ERROR', `order and refunds disagreed in ${mostReadings} readings`)
}

/** Newest first, and those of one second in any order. */
function areTheSame(listed: OrderBody['refunds'], read: readonly RefundBody[]): boolean {
  const [one, other] = [listed, read].map((refunds) =>
    refunds
      .map(({ id }) => id)
      .toSorted((a, b) => a - b)
      .join(),
  )
  return one === other
}
