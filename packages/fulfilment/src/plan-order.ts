import {
  planSeats,
  productKey,
  type KnownItems,
  type KnownProducts,
  type Ledger,
  type OrderSnapshot,
  type Plan,
  type StorePolicy,
} from '@seatkeeper/core'

/** What the ledger knows that a plan needs. */
export type PlanLedger = Pick<Ledger, 'knownItems' | 'knownProducts'>

/** An order with what it comes to. `isLeftAlone`: it is older than the store's cut-over and nobody adopted it. */
export interface PlannedOrder {
  readonly plan: Plan
  readonly known: KnownItems
  readonly products: KnownProducts
  readonly isLeftAlone: boolean
}

/** Plans an order with what is known of its lines and products. */
export async function planOrder(
  ledger: PlanLedger,
  snapshot: OrderSnapshot,
  policy: StorePolicy,
): Promise<PlannedOrder> {
  const keys = policy.catalogue.readsProducts ? [...new Set(snapshot.lines.map(productKey))] : []
  const [known, products] = await Promise.all([ledger.knownItems(snapshot), ledger.knownProducts(snapshot.store, keys)])
  const isOld = policy.sinceMs !== null && snapshot.createdAtMs < policy.sinceMs
  const plan = planSeats(snapshot, { catalogue: policy.catalogue, known, products })
  return { plan, known, products, isLeftAlone: isOld && known.size === 0 }
}
