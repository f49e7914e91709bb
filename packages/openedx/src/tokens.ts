import { setTimeout as delay } from 'node:timers/promises'
import { JobFailure } from '@seatkeeper/core'
import type { TokenCache } from './token-cache.ts'
import type { GrantedToken } from './token-grant.ts'
import { unlessAborted } from './unless-aborted.ts'

/** The token of one OAuth2 application, shared by all workers. */
export interface Tokens {
  /** The token kept, or a new one. However many ask at once, one call is made. */
  current(signal: AbortSignal): Promise<string>
  /** Says that an API refused a token, so that nobody uses it again. */
  refuse(token: string): Promise<void>
}

/** What the shared token is made of. */
export interface TokenParts {
  readonly cache: TokenCache
  readonly grant: () => Promise<GrantedToken>
  readonly nowMs: () => number
  /** How long to wait for another worker that is asking. */
  readonly patienceMs: number
}

const seconds = (count: number) => count * 1000
const unstatedLifeMs = seconds(300)
const longestLifeMs = seconds(86_400)
const earlyMs = seconds(90)
/** A worker that died or failed while asking holds the others up no longer than this; so a sick LMS is asked seldom. */
const claimMs = seconds(3)
const pollMs = 50

/** How long to use a token: until 90 s before its end, or for half of a shorter life; never longer than a day. */
export function usableMs(lifeMs: number = unstatedLifeMs): number {
  const believedMs = Math.min(lifeMs, longestLifeMs)
  return believedMs - Math.min(earlyMs, believedMs / 2)
}

/**
 * Keeps one token of an OAuth2 application for all workers.
 *
 * Callers share one request, so it is tied to none of them: who gives up stops waiting, and the others get their token.
 */
export function createTokens({ cache, grant, nowMs, patienceMs }: TokenParts): Tokens {
  let flight: Promise<string> | undefined

  async function kept(): Promise<string | undefined> {
    const token = await cache.read()
    return token !== undefined && token.expiresAtMs > nowMs() ? token.token : undefined
  }

  async function ask(): Promise<string> {
    const askedAtMs = nowMs()
    const { token, lifeMs } = await grant()
    await cache.write({ token, expiresAtMs: askedAtMs + usableMs(lifeMs) })
    return token
  }

  async function obtain(): Promise<string> {
    for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += pollMs) {
      const token = await kept()
      if (token !== undefined) return token
      if (await cache.claim(claimMs)) return ask()
      await delay(pollMs)
    }
    throw new JobFailure('LMS_UNREACHABLE', 'no worker got a token in time')
  }

  return {
    async current(signal) {
      const token = await kept()
      if (token !== undefined) return token
      flight ??= obtain().finally(() => (flight = undefined))
      return unlessAborted(flight, signal)
    },
    refuse: (token) => cache.drop(token),
  }
}
