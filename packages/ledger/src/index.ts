export { imbalanceKinds, type Balance, type ImbalancedSeat, type ImbalanceKind } from './imbalance.ts'
export { createLedger, type RedisLedger } from './ledger.ts'
export type { Search, SoldCourse } from './search.ts'
export type { CachedToken, Tokens } from './tokens.ts'
