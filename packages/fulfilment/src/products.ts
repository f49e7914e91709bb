import {
  productKey,
  type KnownProducts,
  type Ledger,
  type OrderLine,
  type ProductFacts,
  type Store,
  type StoreId,
} from '@seatkeeper/core'

interface ProductParts {
  readonly ledger: Pick<Ledger, 'knownProducts' | 'keepProduct'>
  readonly store: Pick<Store, 'readProduct'>
}

/** How long what a product says of itself is believed. */
export const keptMs = 3_600_000

/** A product that the shop no longer has names no course; for all we know it has to be shipped. */
const forgotten: ProductFacts = { course: null, mode: null, needsShipping: true }

/** What the products of some lines say of themselves; read at the shop where that was not done within the hour. */
export async function learnProducts(
  { ledger, store }: ProductParts,
  shop: StoreId,
  lines: readonly OrderLine[],
  signal: AbortSignal,
): Promise<KnownProducts> {
  const byKey = new Map(lines.map((line) => [productKey(line), line]))
  const known = new Map(await ledger.knownProducts(shop, [...byKey.keys()]))
  for (const [key, line] of byKey) {
    if (known.has(key)) continue
    const facts = (await store.readProduct(line, signal)) ?? forgotten
    await ledger.keepProduct(shop, key, facts, keptMs)
    known.set(key, facts)
  }
  return known
}
