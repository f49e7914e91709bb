import type { HintReason, News, NothingReason, OrderId } from '@seatkeeper/core'
import { z } from 'zod'
import { readJson } from './json-body.ts'
import { GmtTime, mostLines, OrderBody, OrderNumber, snapshotOf, type StoreOfOrder } from './order-body.ts'
import { isPing } from './ping.ts'

/** A webhook request. Only the body is signed; the headers can be anybody's. */
export interface Delivery {
  readonly body: Buffer
  /** `X-WC-Webhook-Topic`. */
  readonly topic?: string | undefined
  readonly contentType?: string | undefined
}

/**
 * What an authentic webhook tells us.
 *
 * The body decides. The topic is believed in one thing, that an order was restored, because believing it only makes us
 * read the order: a restored one carries the very second in which it was put in the trash, so its time is not told. An
 * order with a number that we can read and a shape that we cannot is read as well, so that people get to see it.
 */
export function newsOf({ body, topic, contentType }: Delivery, store: StoreOfOrder): News {
  if (isPing(body, contentType)) return nothing('ping')
  const content = readJson(body)
  if (!isRecord(content)) return nothing('unreadable')
  if (Object.hasOwn(content, 'id')) return newsOfOrder(content, topic, store)
  if (Object.hasOwn(content, 'action')) return newsOfAction(content, store)
  return nothing(ErrorBody.safeParse(content).success ? 'error-body' : 'unreadable')
}

/** A refusal by the shop's own REST API, signed and sent in the place of the order. */
const ErrorBody = z.object({ code: z.string(), message: z.string() })

/**
 * What an order's body tells us, sent or read from a list of orders: a list says no more of refunds than a webhook does.
 *
 * @param topic of a webhook.
 */
export function newsOfOrder(content: Record<string, unknown>, topic: string | undefined, store: StoreOfOrder): News {
  const order = OrderNumber.safeParse(content['id']).data
  if (order === undefined) return nothing('unreadable')
  if (Object.keys(content).length === 1) return hint('deleted', order, store)
  const { line_items: lines, refunds } = content
  if (!Array.isArray(lines)) return nothing('other-topic')
  if (lines.length > mostLines) return nothing('unreadable')
  if (topic === 'order.restored') return hint('restored', order, store)
  const modifiedAtMs = GmtTime.safeParse(content['date_modified_gmt']).data
  if (Array.isArray(refunds) && refunds.length > 0) return { ...hint('refund', order, store), modifiedAtMs }
  const { data } = OrderBody.safeParse(content)
  if (data === undefined) return { ...hint('partial', order, store), modifiedAtMs }
  return { kind: 'snapshot', snapshot: snapshotOf(data, store, []) }
}

const ActionBody = z.object({
  action: z.string().regex(/^woocommerce_(order_.+|delete_order)$/),
  arg: OrderNumber,
})

/** Any hook of the shop can be a webhook; its body is the hook's name and first argument, which need not be an order. */
function newsOfAction(content: Record<string, unknown>, store: StoreOfOrder): News {
  const { data } = ActionBody.safeParse(content)
  return data ? hint('action', data.arg, store) : nothing('other-topic')
}

function hint(reason: HintReason, order: OrderId, store: StoreOfOrder): Extract<News, { kind: 'hint' }> {
  return { kind: 'hint', reason, store: store.id, order }
}

function nothing(why: NothingReason): News {
  return { kind: 'nothing', why }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
