import {
  planSeats,
  type Accepted,
  type Catalogue,
  type Ledger,
  type News,
  type StoreId,
  type WakeUp,
} from '@seatkeeper/core'
import { offerOf } from './offer.ts'

export interface AcceptNewsParts {
  readonly ledger: Pick<Ledger, 'knownItems' | 'applySnapshot' | 'noteHint'>
  readonly catalogueOf: (store: StoreId) => Catalogue
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
  /** Told when waking failed: the sweep will do it, so what was accepted stays accepted. */
  readonly onWakeFailed: (error: unknown) => void
}

/** What became of news: applied as it is, known already, kept as an order to read, or about nothing of ours. */
export type Acceptance = 'applied' | 'same' | 'read' | 'nothing'

/**
 * Keeps news of an order; once it resolves, nothing of it can be lost.
 *
 * A snapshot that sells a course to nobody we could name is not applied but read. Rejects if the ledger did not keep
 * the news, so that whoever brought it is told no.
 */
export function acceptNews(parts: AcceptNewsParts) {
  return async (news: News): Promise<Acceptance> => {
    if (news.kind === 'nothing') return 'nothing'
    const { result, wakeUps } = await keep(parts, news)
    await parts.wake(wakeUps).catch(parts.onWakeFailed)
    return result
  }
}

async function keep(
  { ledger, catalogueOf }: AcceptNewsParts,
  news: Exclude<News, { kind: 'nothing' }>,
): Promise<Accepted<'applied' | 'same' | 'read'>> {
  if (news.kind === 'hint') return ledger.noteHint({ store: news.store, order: news.order }, news.reason)
  const { snapshot } = news
  const plan = planSeats(snapshot, catalogueOf(snapshot.store), await ledger.knownItems(snapshot))
  if (plan.linesWithoutLearner.length > 0) return ledger.noteHint(snapshot, 'partial')
  return ledger.applySnapshot(offerOf(snapshot, plan))
}
