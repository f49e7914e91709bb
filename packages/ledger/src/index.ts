export { createLedger, type RedisLedger } from './ledger.ts'
export type { CachedToken, Tokens } from './tokens.ts'
