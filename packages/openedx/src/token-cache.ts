/** A token that any worker may use. */
export interface CachedToken {
  readonly token: string
  /** Milliseconds since 1970 from which we do not use it any more; well before the LMS stops taking it. */
  readonly expiresAtMs: number
}

/**
 * Where all workers keep the one token of an OAuth2 application at an LMS. Every method is one atomic step.
 *
 * Nothing is lost if it forgets: a new token is asked for.
 */
export interface TokenCache {
  /** The token kept, though it may have expired; undefined if there is none. */
  read(): Promise<CachedToken | undefined>
  /** Keeps a token instead of the one before and ends the claim, whoever holds it. */
  write(token: CachedToken): Promise<void>
  /** Forgets this token; another one that was kept meanwhile stays. */
  drop(token: string): Promise<void>
  /** True for one caller until a token is written or `forMs` have passed: that one asks the LMS for a token. */
  claim(forMs: number): Promise<boolean>
}

/** A token cache for a single process, such as a command-line call or a test. */
export function memoryTokenCache(nowMs: () => number = Date.now): TokenCache {
  let kept: CachedToken | undefined
  let claimedUntilMs = 0
  return {
    read: async () => kept,
    async write(token) {
      kept = token
      claimedUntilMs = 0
    },
    async drop(token) {
      if (kept?.token === token) kept = undefined
    },
    async claim(forMs) {
      if (claimedUntilMs > nowMs()) return false
      claimedUntilMs = nowMs() + forMs
      return true
    },
  }
}
