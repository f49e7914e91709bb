import type { OrderId, StatusAnswer } from '@seatkeeper/core'
import { z } from 'zod'
import { shapedIfThere, unreadable, type Ask } from './ask.ts'
import { OrderBody } from './order-body.ts'

const StatusBody = z.object(OrderBody.shape).pick({ id: true, status: true, refunds: true, date_modified_gmt: true })

/**
 * Sets an order's status, whatever it is by now: the shop knows no conditional write.
 *
 * The same status again counts as a modification, and an `order.updated` comes back in any case.
 */
export async function setStatus(ask: Ask, order: OrderId, status: string, signal: AbortSignal): Promise<StatusAnswer> {
  const found = await ask({ endpoint: 'setStatus', path: `orders/${order}`, body: { status } }, signal)
  const body = shapedIfThere(StatusBody, found)
  if (body.id !== order) throw unreadable('another order than the one changed')
  return { status: body.status, hasRefunds: body.refunds.length > 0, modifiedAtMs: body.date_modified_gmt }
}
