import type {
  FailureCode,
  Housekeeping,
  Ledger,
  News,
  OrderId,
  OrderReading,
  OrderRef,
  OrderSnapshot,
  Plan,
  Store,
  StoreId,
  StorePolicy,
  WakeUp,
} from '@seatkeeper/core'
import { claimChanges, deletion, type ClaimChange } from './claim-changes.ts'
import { planOrder, type PlanLedger } from './plan-order.ts'
import { learnProducts } from './products.ts'

export interface ReconcileRangeParts {
  readonly ledger: PlanLedger & Pick<Ledger, 'noteHint'> & Pick<Housekeeping, 'claimsOf'>
  readonly store: Pick<Store, 'readModified' | 'readOrder' | 'readProduct'>
  readonly policy: StorePolicy
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** Orders last modified in a time, ends included. */
export interface ModifiedRange {
  readonly store: StoreId
  readonly sinceMs: number
  /** Now, unless given. */
  readonly untilMs?: number | undefined
  /** Only says what would change. */
  readonly dryRun: boolean
  readonly onProgress?: (progress: { readonly looked: number; readonly differing: number }) => void
  readonly signal: AbortSignal
}

/** An order that is not as it should be. */
export interface DifferingOrder {
  readonly order: OrderId
  /** The shop's own word, or `deleted`. */
  readonly status: string
  readonly changes: readonly ClaimChange[]
  /** What a person has to put right about it. */
  readonly trouble: FailureCode | null
}

const secondMs = 1000

/**
 * Compares all orders of a range with their shop, and names those that differ.
 *
 * Uses the plan that a reading applies, over the same facts. Without `dryRun` each order that differs is due to be read, dead
 * ones included, because a person asked; what is read then applies, not what was seen here. Orders that were deleted
 * are in no list of the shop, and a refund that was deleted modifies nothing: those are found by `reconcile`.
 */
export function reconcileRange(parts: ReconcileRangeParts) {
  return async (range: ModifiedRange): Promise<readonly DifferingOrder[]> => {
    const differing: DifferingOrder[] = []
    const looked = new Set<OrderId>()
    for await (const news of newsOf(parts.store, range)) {
      const { store, order } = news.kind === 'snapshot' ? news.snapshot : news
      if (looked.has(order)) continue
      looked.add(order)
      const found = await examine(parts, news, range.signal)
      if (found !== undefined) differing.push(found)
      if (found !== undefined && !range.dryRun) await bump(parts, { store, order })
      range.onProgress?.({ looked: looked.size, differing: differing.length })
    }
    return differing
  }
}

type NewsOfOrder = Exclude<News, { kind: 'nothing' }>

/** News of both lists of the shop, each with the oldest modification first. */
async function* newsOf(store: ReconcileRangeParts['store'], range: ModifiedRange): AsyncGenerator<NewsOfOrder> {
  yield* newsOfList(store, range, false)
  yield* newsOfList(store, range, true)
}

async function* newsOfList(
  store: ReconcileRangeParts['store'],
  { sinceMs: firstMs, untilMs = Number.POSITIVE_INFINITY, signal }: ModifiedRange,
  inTrash: boolean,
): AsyncGenerator<NewsOfOrder> {
  for (let sinceMs = firstMs; sinceMs <= untilMs;) {
    const { news, isFull, lastModifiedMs } = await store.readModified({ sinceMs, inTrash }, signal)
    yield* news.filter((one) => one.kind !== 'nothing').filter((one) => modifiedAt(one) <= untilMs)
    if (!isFull || lastModifiedMs === null) return
    sinceMs = Math.max(lastModifiedMs, sinceMs + secondMs)
  }
}

/** An order whose time cannot be read counts as within. */
function modifiedAt(news: NewsOfOrder): number {
  return (news.kind === 'snapshot' ? news.snapshot.modifiedAtMs : news.modifiedAtMs) ?? Number.NEGATIVE_INFINITY
}

async function examine(
  parts: ReconcileRangeParts,
  news: NewsOfOrder,
  signal: AbortSignal,
): Promise<DifferingOrder | undefined> {
  const reading: OrderReading =
    news.kind === 'snapshot' ? { kind: 'order', snapshot: news.snapshot } : await parts.store.readOrder(news, signal)
  const ref = news.kind === 'snapshot' ? news.snapshot : news
  const current = await parts.ledger.claimsOf({ store: ref.store, order: ref.order })
  if (reading.kind === 'deleted') {
    return differingOrder({
      order: ref.order,
      status: 'deleted',
      changes: claimChanges(deletion, current),
      trouble: null,
    })
  }
  const { plan, isLeftAlone } = await understand(parts, reading.snapshot, signal)
  if (isLeftAlone) return undefined
  const changes = claimChanges(plan, current)
  return differingOrder({ order: ref.order, status: reading.snapshot.status, changes, trouble: troubleOf(plan) })
}

function differingOrder(order: DifferingOrder): DifferingOrder | undefined {
  return order.changes.length > 0 || order.trouble !== null ? order : undefined
}

function troubleOf({ linesWithoutLearner, unknown }: Plan): FailureCode | null {
  if (linesWithoutLearner.length > 0) return 'ORDER_WITHOUT_LEARNER'
  return unknown.length > 0 ? 'ORDER_LINE_UNKNOWN' : null
}

/** Plans an order with its products; what these say is kept for this one order only, because nothing is to be changed. */
async function understand(
  { ledger, store, policy }: ReconcileRangeParts,
  snapshot: OrderSnapshot,
  signal: AbortSignal,
) {
  const planned = await planOrder(ledger, snapshot, policy)
  const unread = snapshot.lines.filter(({ line }) => planned.plan.unread.includes(line))
  if (unread.length === 0) return planned
  const forgetful = {
    knownProducts: () => Promise.resolve(planned.products),
    keepProduct: () => Promise.resolve(),
  }
  const read = await learnProducts({ ledger: forgetful, store }, snapshot.store, unread, signal)
  const knownProducts = () => Promise.resolve(new Map([...planned.products, ...read]))
  return planOrder({ knownItems: (ref) => ledger.knownItems(ref), knownProducts }, snapshot, policy)
}

async function bump({ ledger, wake }: ReconcileRangeParts, ref: OrderRef): Promise<void> {
  const { wakeUps } = await ledger.noteHint(ref, 'operator')
  await wake(wakeUps)
}
