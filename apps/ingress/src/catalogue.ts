import type { Catalogue, StoreId } from '@seatkeeper/core'
import type { IngressConfig } from './config.ts'

/** What each configured store sells. */
export function catalogueOf({ stores }: IngressConfig): (store: StoreId) => Catalogue {
  const catalogues = new Map(stores.map(({ id, lms, courseMode }) => [id, { lms, mode: courseMode }]))
  return (store) => {
    const catalogue = catalogues.get(store)
    if (catalogue === undefined) throw new RangeError(`no store ${store} is configured`)
    return catalogue
  }
}
