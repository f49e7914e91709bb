import {
  LineId,
  OrderId,
  StoreId,
  type Access,
  type EmailAddress,
  type HintReason,
  type ModifiedPage,
  type News,
  type OrderSnapshot,
  type RefundRef,
  type Store,
} from '@seatkeeper/core'
import type { Random } from '../faults/random.ts'
import {
  changes,
  refundedOf,
  totalOf,
  type Change,
  type ChangeContext,
  type ModelLine,
  type ModelOrder,
} from './model-order.ts'

export const shopId = StoreId.parse('shop')
const perPage = 100

/** A shop in memory, behind the port as far as orders go. It sends nothing: whoever changes an order brings the news. */
export interface ModelShop extends Pick<Store, 'readOrder' | 'readProduct' | 'readModified' | 'readRefunds'> {
  readonly orders: readonly ModelOrder[]
  place(order: NewOrder): ModelOrder
  /** Makes one of the changes that are possible; undefined where none is. */
  change(order: ModelOrder, names?: readonly string[]): Change | undefined
  /** What the shop would send of an order now. */
  render(order: ModelOrder, topic: string): News
}

export interface NewOrder {
  readonly email: EmailAddress
  readonly lines: readonly Omit<ModelLine, 'number'>[]
}

export interface ModelShopParts {
  readonly random: Random
  readonly nowMs: () => number
  /** Somebody whose address an order may get. */
  readonly address: () => EmailAddress
  /** Told of every order that was placed or changed. */
  readonly onChange: (order: ModelOrder) => void
}

export function createModelShop({ random, nowMs, address, onChange }: ModelShopParts): ModelShop {
  const orders: ModelOrder[] = []
  let lastNumber = 1000
  const freshNumber = () => (lastNumber += 1)
  const thisSecondMs = () => Math.floor(nowMs() / 1000) * 1000
  const context: ChangeContext = { random, freshNumber, address }
  return {
    ...port(orders),
    orders,
    place: ({ email, lines }) => {
      const order = newOrder(freshNumber(), thisSecondMs(), email)
      order.lines = lines.map((line) => ({ ...line, number: freshNumber() }))
      orders.push(order)
      onChange(order)
      return order
    },
    change: (order, names) => {
      const change = order.isGone ? undefined : pickChange(order, random, names)
      if (change === undefined) return undefined
      change.make(order, context)
      order.version += 1
      if (change.isDated) order.modifiedAtMs = thisSecondMs()
      onChange(order)
      return change
    },
    render: newsOf,
  }
}

function newOrder(number: number, atMs: number, email: EmailAddress): ModelOrder {
  return {
    number,
    createdAtMs: atMs,
    modifiedAtMs: atMs,
    status: 'pending',
    beforeTrash: 'pending',
    isGone: false,
    email,
    lines: [],
    refunds: [],
    version: 1,
  }
}

function pickChange(
  order: ModelOrder,
  random: Random,
  names: readonly string[] = Object.keys(changes),
): Change | undefined {
  const possible = names.flatMap((name) => changes[name] ?? []).filter((change) => change.isPossible(order))
  let ticket = random.next() * possible.reduce((sum, { weight }) => sum + weight, 0)
  return possible.find(({ weight }) => (ticket -= weight) < 0)
}

function port(
  orders: readonly ModelOrder[],
): Pick<Store, 'readOrder' | 'readProduct' | 'readModified' | 'readRefunds'> {
  return {
    readOrder: async ({ order }) => {
      const found = orders.find(({ number, isGone }) => String(number) === order && !isGone)
      return Promise.resolve(found ? { kind: 'order', snapshot: snapshotOf(found) } : { kind: 'deleted' })
    },
    readProduct: () => Promise.resolve(undefined),
    readModified: (query) => Promise.resolve(pageOf(orders, query)),
    readRefunds: async (page) => {
      const refunds = orders.flatMap(refundsOf).toSorted((one, other) => Number(other.refund) - Number(one.refund))
      const shown = refunds.slice((page - 1) * perPage, page * perPage)
      return Promise.resolve({ refunds: shown, isFull: shown.length === perPage })
    },
  }
}

/** Oldest first; a second that fills the page is read to its end. */
function pageOf(orders: readonly ModelOrder[], query: { sinceMs: number; inTrash: boolean }): ModifiedPage {
  const sinceMs = Math.floor(query.sinceMs / 1000) * 1000
  const listed = orders
    .filter(
      ({ isGone, status, modifiedAtMs }) =>
        !isGone && (status === 'trash') === query.inTrash && modifiedAtMs >= sinceMs,
    )
    .toSorted((one, other) => one.modifiedAtMs - other.modifiedAtMs)
  const first = listed.slice(0, perPage)
  const isOneSecond = first.length === perPage && first.at(-1)?.modifiedAtMs === sinceMs
  const page = isOneSecond ? listed.filter(({ modifiedAtMs }) => modifiedAtMs === sinceMs) : first
  return {
    news: page.map((order) => newsOf(order, 'order.updated')),
    lastModifiedMs: page.at(-1)?.modifiedAtMs ?? null,
    isFull: page.length >= perPage,
  }
}

function refundsOf({ number, isGone, refunds }: ModelOrder): readonly RefundRef[] {
  const ref = { store: shopId, order: OrderId.parse(String(number)) }
  return isGone ? [] : refunds.map((refund) => ({ ...ref, refund: String(refund.number) }))
}

/** By the rules of the real shop's webhooks: a deletion names the order alone, and nobody says what was refunded. */
function newsOf(order: ModelOrder, topic: string): News {
  if (order.isGone || topic === 'order.deleted') return hint(order, 'deleted')
  if (order.refunds.length > 0) return hint(order, 'refund')
  if (topic === 'order.restored') return hint(order, 'restored')
  return { kind: 'snapshot', snapshot: snapshotOf(order) }
}

function hint({ number, modifiedAtMs }: ModelOrder, reason: HintReason): News {
  const ref = { store: shopId, order: OrderId.parse(String(number)) }
  return reason === 'refund' ? { kind: 'hint', reason, ...ref, modifiedAtMs } : { kind: 'hint', reason, ...ref }
}

function snapshotOf(order: ModelOrder): OrderSnapshot {
  const { number, status, createdAtMs, modifiedAtMs, email, refunds } = order
  return {
    store: shopId,
    order: OrderId.parse(String(number)),
    status,
    access: accessOf[status] ?? 'undecided',
    createdAtMs,
    modifiedAtMs,
    learner: email,
    fullyRefunded: status === 'refunded' || refundedOf(order) >= totalOf(order),
    refunds: refunds.map((refund) => String(refund.number)),
    lines: order.lines.map((line) => lineOf(order, line)),
  }
}

const accessOf: Readonly<Record<string, Access>> = {
  processing: 'granted',
  completed: 'granted',
  refunded: 'withdrawn',
  cancelled: 'withdrawn',
  failed: 'withdrawn',
  trash: 'withdrawn',
}

function lineOf(
  { refunds }: ModelOrder,
  { number, product, quantity, learners }: ModelLine,
): OrderSnapshot['lines'][number] {
  const refunded = refunds.filter(({ line }) => line === number).reduce((sum, { units }) => sum + units, 0)
  return {
    line: LineId.parse(String(number)),
    sku: product.sku,
    product: product.id,
    variation: '0',
    quantity,
    refunded: Math.min(refunded, quantity),
    learners: learners.slice(0, quantity),
  }
}
