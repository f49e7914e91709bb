import type { StorePolicy } from '@seatkeeper/core'
import { catalogueOf, type SellingStore } from './catalogue.ts'
import type { StoreConfig } from './config.ts'

/** The part of a store's configuration that says how its orders count. */
export interface StoreWithPolicy extends SellingStore, Pick<StoreConfig, 'writeBack' | 'since' | 'brake'> {}

/** How the orders of a store count. The shop is told as soon as one thing of `writeBack` is wanted. */
export function policyOf(store: StoreWithPolicy): StorePolicy {
  const { notes, complete, failedStatus } = store.writeBack
  return {
    catalogue: catalogueOf(store),
    tells: notes || complete || failedStatus !== undefined,
    sinceMs: store.since ?? null,
    brake: store.brake,
  }
}
