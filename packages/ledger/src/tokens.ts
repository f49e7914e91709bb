import { createHash } from 'node:crypto'
import type { LmsId } from '@seatkeeper/core'
import type { LedgerParts } from './scripts.ts'

/** An access token and when it ends, milliseconds since 1970. */
export interface CachedToken {
  readonly token: string
  readonly expiresAtMs: number
}

/** The access token of one OAuth2 application at an LMS, shared by all workers. */
export interface Tokens {
  read(): Promise<CachedToken | undefined>
  /** Keeps a new token; whoever had the turn to ask is done. */
  write(token: CachedToken): Promise<void>
  /** Forgets the token, unless somebody has already put a newer one there. */
  drop(token: string): Promise<void>
  /** True for one caller per `forMs`: that one asks the LMS, the others read again. */
  claim(forMs: number): Promise<boolean>
}

/** The token cache in Redis; an entry goes when its token ends. */
export function createTokens({ redis, run, prefix }: LedgerParts, lms: LmsId, clientId: string): Tokens {
  const name = `${lms}:${createHash('sha256').update(clientId).digest('base64url').slice(0, 16)}`
  const key = `${prefix}token:${name}`
  return {
    read: async () => {
      const { token, expiresAtMs } = await redis.hgetall(key)
      return token === undefined || expiresAtMs === undefined ? undefined : { token, expiresAtMs: Number(expiresAtMs) }
    },
    write: async ({ token, expiresAtMs }) => {
      await redis
        .multi()
        .hset(key, { token, expiresAtMs })
        .pexpireat(key, Math.floor(expiresAtMs))
        .del(`${key}:claim`)
        .exec()
    },
    drop: async (token) => {
      await run('dropToken', name, token)
    },
    claim: async (forMs) => (await redis.set(`${key}:claim`, '1', 'PX', forMs, 'NX')) === 'OK',
  }
}
