import {
  productKey,
  resolveLine,
  type Catalogue,
  type Housekeeping,
  type Ledger,
  type ProductFacts,
  type SoldLine,
  type Store,
  type StoreId,
  type WakeUp,
} from '@seatkeeper/core'
import type { RoundTime } from './poll-modified.ts'
import { keptMs } from './products.ts'

/** What finding corrected products needs. */
export interface CorrectedParts {
  readonly ledger: Pick<Ledger, 'knownProducts' | 'keepProduct' | 'noteHint'> & Pick<Housekeeping, 'unknownLines'>
  readonly store: Pick<Store, 'readProduct'>
  readonly catalogue: Catalogue
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** One or two calls to the shop each. */
const mostProducts = 50

/**
 * Makes the orders due to be read that died over a line that its product has since been corrected for.
 *
 * Asks the shop for the products of such lines, and for nothing where there are none. What a product says now is kept in
 * the place of what it said; one that said the same when it was last kept is not tried again.
 *
 * @returns how many orders.
 */
export async function reviveCorrected(parts: CorrectedParts, of: StoreId, time: RoundTime): Promise<number> {
  const { ledger, store, catalogue, wake } = parts
  const sold = (await ledger.unknownLines(of)).filter(({ line }) => line.product !== '0')
  const byProduct = Map.groupBy(sold, ({ line }) => productKey(line))
  const revived = new Set<string>()
  for (const [key, waiting] of [...byProduct].slice(0, mostProducts)) {
    const [first] = waiting
    if (first === undefined || time.isOver()) break
    const facts = await store.readProduct(first.line, time.signal)
    if (facts === undefined || !isKnown(first.line, facts, catalogue)) continue
    if (saysTheSame((await ledger.knownProducts(of, [key])).get(key), facts)) continue
    await ledger.keepProduct(of, key, facts, keptMs)
    for (const { order } of waiting) {
      await wake((await ledger.noteHint({ store: of, order }, 'unresolved')).wakeUps)
      revived.add(order)
    }
  }
  return revived.size
}

function isKnown(line: SoldLine, facts: ProductFacts, catalogue: Catalogue): boolean {
  const sku = facts.sku === undefined ? line.sku : facts.sku
  return resolveLine({ ...line, sku }, catalogue, new Map([[productKey(line), facts]])).kind === 'items'
}

function saysTheSame(before: ProductFacts | undefined, now: ProductFacts): boolean {
  return before?.course === now.course && before.mode === now.mode && before.sku === now.sku
}
