export { acceptNews, type Acceptance, type AcceptNewsParts } from './accept-news.ts'
export { newChange } from './change.ts'
export {
  adopt,
  type AdoptedClaim,
  type AdoptedOrder,
  type AdoptParts,
  type AdoptRange,
  type AdoptStep,
} from './adopt.ts'
export type { AdoptionVerdict } from './adoption-verdict.ts'
export { audit, callsPerAuditTurn, type AuditLedger, type AuditParts, type Audited } from './audit.ts'
export {
  checkCatalogue,
  checkSales,
  type CheckSalesParts,
  type SaleFinding,
  type SellingCampus,
} from './check-sales.ts'
export { doRound, type ChoreTurn } from './chore.ts'
export type { ClaimChange } from './claim-changes.ts'
export { connectShop, type ConnectedWebhook, type ConnectShopParts } from './connect-shop.ts'
export { discard, type Discarded, type DiscardParts, type DiscardRequest } from './discard.ts'
export { erase, SeatNotEnded, type Erased, type EraseParts, type EraseRequest } from './erase.ts'
export type { Patience } from './patience.ts'
export { purge, type PurgeParts, type RetentionDays } from './purge.ts'
export { readOrder, type ReadOrderParts } from './read-order.ts'
export { reconcile, type Reconciled, type ReconcileParts } from './reconcile.ts'
export { reconcileRange, type DifferingOrder, type ModifiedRange, type ReconcileRangeParts } from './reconcile-range.ts'
export type { SoughtLms } from './sought-seats.ts'
export { countByCode, replay, replaysPerSecond, type Replayed, type ReplayParts, type ReplayRequest } from './replay.ts'
export { retryOrder, type RetryOrderParts, type RetryOrderRequest } from './retry-order.ts'
export type { SettleSeatParts } from './hand.ts'
export type { SeatPolicy } from './seat-policy.ts'
export { callsPerSeat, settleSeat } from './settle-seat.ts'
export type { TellShopParts } from './speaker.ts'
export { tellShop } from './tell-shop.ts'
export {
  codesFound,
  findingsOf,
  isDeliveredTo,
  watchCursor,
  watchWebhooks,
  webhookCodes,
  type WatchWebhooksParts,
  type WebhookFinding,
} from './watch-webhooks.ts'
