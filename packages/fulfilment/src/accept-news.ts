import type { Accepted, Ledger, News, OrderSnapshot, StoreId, StorePolicy, WakeUp } from '@seatkeeper/core'
import { newChange } from './change.ts'
import { offerOf } from './offer.ts'
import { planOrder, type PlanLedger } from './plan-order.ts'

export interface AcceptNewsParts {
  readonly ledger: PlanLedger & Pick<Ledger, 'applySnapshot' | 'noteHint'>
  readonly policyOf: (store: StoreId) => StorePolicy
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
  /** Told when waking failed: the sweep will do it, so what was accepted stays accepted. */
  readonly onWakeFailed: (error: unknown) => void
  /** Shown every snapshot, before it is kept. */
  readonly onSnapshot?: (snapshot: OrderSnapshot) => void
}

/** What became of news: applied as it is, known already, kept as an order to read, or about nothing of ours. */
export type Acceptance = 'applied' | 'same' | 'read' | 'nothing'

/**
 * Keeps news of an order; once it resolves, nothing of it can be lost.
 *
 * A snapshot with a granted line that names nobody, or that is not understood without its product, is not applied but
 * read. Rejects if the ledger did not keep the news, so that whoever brought it is told no.
 */
export function acceptNews(parts: AcceptNewsParts) {
  return async (news: News): Promise<Acceptance> => {
    if (news.kind === 'nothing') return 'nothing'
    const kept = await keep(parts, news)
    if (kept === undefined) return 'nothing'
    await parts.wake(kept.wakeUps).catch(parts.onWakeFailed)
    return kept.result
  }
}

async function keep(
  { ledger, policyOf, onSnapshot }: AcceptNewsParts,
  news: Exclude<News, { kind: 'nothing' }>,
): Promise<Accepted<'applied' | 'same' | 'read'> | undefined> {
  const { change = newChange() } = news
  if (news.kind === 'hint') {
    return ledger.noteHint({ store: news.store, order: news.order }, news.reason, news.modifiedAtMs, change)
  }
  const { snapshot } = news
  onSnapshot?.(snapshot)
  const policy = policyOf(snapshot.store)
  const { plan, isLeftAlone } = await planOrder(ledger, snapshot, policy)
  if (isLeftAlone) return undefined
  return ledger.applySnapshot(offerOf(snapshot, plan, policy), change)
}
