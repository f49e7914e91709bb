import type { FailureCode, OrderSnapshot, Plan, Store, StorePolicy } from '@seatkeeper/core'
import { planOrder, type PlanLedger, type PlannedOrder } from './plan-order.ts'
import { learnProducts } from './products.ts'

/** What a look at an order needs that changes nothing. */
export interface PreviewParts {
  readonly ledger: PlanLedger
  readonly store: Pick<Store, 'readProduct'>
  readonly policy: StorePolicy
}

/** Plans an order as a reading would; what its products say is kept for this one order only, because nothing is to be changed. */
export async function previewOrder(
  { ledger, store, policy }: PreviewParts,
  snapshot: OrderSnapshot,
  signal: AbortSignal,
): Promise<PlannedOrder> {
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

/** What a person has to put right about an order. */
export function troubleOf({ linesWithoutLearner, unknown }: Plan): FailureCode | null {
  if (linesWithoutLearner.length > 0) return 'ORDER_WITHOUT_LEARNER'
  return unknown.length > 0 ? 'ORDER_LINE_UNKNOWN' : null
}
