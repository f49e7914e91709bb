import type { StoreId, StorePolicy } from '@seatkeeper/core'
import { policyOf } from '@seatkeeper/woocommerce'
import type { IngressConfig } from './config.ts'

/** How the orders of each configured store count. */
export function policiesOf({ stores }: IngressConfig): (store: StoreId) => StorePolicy {
  const policies = new Map(stores.map((store) => [store.id, policyOf(store)]))
  return (store) => {
    const policy = policies.get(store)
    if (policy === undefined) throw new RangeError(`no store ${store} is configured`)
    return policy
  }
}
