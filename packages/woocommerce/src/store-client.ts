import { JobFailure, type OrderId, type OrderReading, type Store } from '@seatkeeper/core'
import { z } from 'zod'
import { failureOf, meaningOf } from './answers.ts'
import { basicToken, type SigningSources } from './authorized-call.ts'
import type { StoreConfig } from './config.ts'
import { OrderBody, snapshotOf } from './order-body.ts'
import { RefundBody } from './refund-body.ts'
import { createRestCall } from './rest-call.ts'

const mostReadings = 3
const refundsPerPage = 100
const mostPages = 20

type Resource = { readonly kind: 'content'; readonly content: unknown } | { readonly kind: 'deleted' }
type Get = (path: string, query: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Resource>

/** A WooCommerce shop, read over its REST API v3. */
export function createWooStore(config: StoreConfig, sources: SigningSources = {}): Store {
  const call = createRestCall(config, sources)
  const credentials = [config.consumerKey, config.consumerSecret, basicToken(config)]
  const nowMs = sources.nowMs ?? Date.now
  const get: Get = async (path, query, signal) => {
    const answer = await call(path, query, signal)
    const meaning = meaningOf(answer)
    if (meaning.kind !== 'failure') return meaning
    throw failureOf(meaning.code, answer, credentials, nowMs())
  }
  return {
    readOrder: ({ order }, signal) => readOrder(get, config, order, signal),
    async probe(signal) {
      await get('orders', { per_page: '1', _fields: 'id' }, signal)
    },
  }
}

/**
 * Reads the order first: the shop answers "no refunds" for an order that does not exist.
 *
 * The two reads are of two moments. They are believed together once the order lists the very refunds that were read.
 */
async function readOrder(get: Get, store: StoreConfig, order: OrderId, signal: AbortSignal): Promise<OrderReading> {
  for (let reading = 1; reading <= mostReadings; reading += 1) {
    const resource = await get(`orders/${order}`, {}, signal)
    if (resource.kind === 'deleted') return resource
    const body = shaped(OrderBody, resource.content)
    if (body.id !== order) throw unreadable('another order than the one asked for')
    const refunds = await readRefunds(get, order, signal)
    if (areTheSame(body.refunds, refunds)) return { kind: 'order', snapshot: snapshotOf(body, store, refunds) }
  }
  throw new JobFailure('STORE_ERROR', `order and refunds disagreed in ${mostReadings} readings`)
}

async function readRefunds(get: Get, order: OrderId, signal: AbortSignal): Promise<readonly RefundBody[]> {
  const refunds: RefundBody[] = []
  for (let page = 1; page <= mostPages; page += 1) {
    const query = { per_page: String(refundsPerPage), page: String(page) }
    const resource = await get(`orders/${order}/refunds`, query, signal)
    const found = resource.kind === 'deleted' ? [] : shaped(z.array(RefundBody), resource.content)
    refunds.push(...found)
    if (found.length < refundsPerPage) return refunds
  }
  throw unreadable('refunds without end')
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

function shaped<Schema extends z.ZodType>(schema: Schema, content: unknown): z.output<Schema> {
  const result = schema.safeParse(content)
  if (result.success) return result.data
  throw unreadable(`unknown shape at ${result.error.issues[0]?.path.join('.') || 'the top'}`)
}

function unreadable(why: string): JobFailure {
  return new JobFailure('STORE_ANSWER_UNREADABLE', why)
}
