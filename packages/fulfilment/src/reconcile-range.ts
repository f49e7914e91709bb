import type {
  FailureCode,
  Housekeeping,
  Ledger,
  OrderId,
  OrderReading,
  OrderRef,
  Store,
  StoreId,
  StorePolicy,
  WakeUp,
} from '@seatkeeper/core'
import { claimChanges, deletion, type ClaimChange } from './claim-changes.ts'
import { modifiedNews, type ModifiedTime, type NewsOfOrder } from './modified-news.ts'
import type { PlanLedger } from './plan-order.ts'
import { previewOrder, troubleOf } from './preview-order.ts'

export interface ReconcileRangeParts {
  readonly ledger: PlanLedger & Pick<Ledger, 'noteHint'> & Pick<Housekeeping, 'claimsOf'>
  readonly store: Pick<Store, 'readModified' | 'readOrder' | 'readProduct'>
  readonly policy: StorePolicy
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** Whose orders to compare, and how. */
export interface ModifiedRange extends ModifiedTime {
  readonly store: StoreId
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
    for await (const news of modifiedNews(parts.store, range, range.signal)) {
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
  const { plan, isLeftAlone } = await previewOrder(parts, reading.snapshot, signal)
  if (isLeftAlone) return undefined
  const changes = claimChanges(plan, current)
  return differingOrder({ order: ref.order, status: reading.snapshot.status, changes, trouble: troubleOf(plan) })
}

function differingOrder(order: DifferingOrder): DifferingOrder | undefined {
  return order.changes.length > 0 || order.trouble !== null ? order : undefined
}

async function bump({ ledger, wake }: ReconcileRangeParts, ref: OrderRef): Promise<void> {
  const { wakeUps } = await ledger.noteHint(ref, 'operator')
  await wake(wakeUps)
}
