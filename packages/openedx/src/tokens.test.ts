import { describe, expect, it } from '@jest/globals'
import { JobFailure } from '@seatkeeper/core'
import { memoryTokenCache, type TokenCache } from './token-cache.ts'
import type { GrantedToken } from './token-grant.ts'
import { createTokens, usableMs } from './tokens.ts'

const unhurried = new AbortController().signal

/** Grants `token-1`, `token-2`, …, each after a turn of the event loop. */
function counting(lifeMs = 3_600_000) {
  let granted = 0
  return {
    count: () => granted,
    grant: async (): Promise<GrantedToken> => {
      granted += 1
      await new Promise(setImmediate)
      return { token: `token-${granted}`, lifeMs }
    },
  }
}

function tokensOf(parts: { cache?: TokenCache; grant: () => Promise<GrantedToken>; nowMs?: () => number }) {
  return createTokens({ cache: memoryTokenCache(), nowMs: Date.now, patienceMs: 2000, ...parts })
}

describe('usableMs', () => {
  it.each([
    ['90 s less than an hour', 3_600_000, 3_510_000],
    ['half of two minutes', 120_000, 60_000],
    ['half of a second', 1000, 500],
    ['not longer than a day, whatever the LMS says', 1e15, 86_310_000],
    ['3.5 minutes if the LMS does not say', undefined, 210_000],
  ])('is %s', (_what, lifeMs, usable) => {
    expect(usableMs(lifeMs)).toBe(usable)
  })
})

describe('createTokens', () => {
  it('asks once for a hundred callers', async () => {
    const { grant, count } = counting()
    const tokens = tokensOf({ grant })
    const got = await Promise.all(Array.from({ length: 100 }, () => tokens.current(unhurried)))
    expect(new Set(got)).toEqual(new Set(['token-1']))
    expect(count()).toBe(1)
  })

  it('asks once for workers that share a cache', async () => {
    const { grant, count } = counting()
    const cache = memoryTokenCache()
    const workers = Array.from({ length: 5 }, () => tokensOf({ cache, grant }))
    const got = await Promise.all(workers.map((tokens) => tokens.current(unhurried)))
    expect(new Set(got)).toEqual(new Set(['token-1']))
    expect(count()).toBe(1)
  })

  it('renews a token before its end', async () => {
    let nowMs = 1_000_000
    const { grant } = counting(3_600_000)
    const tokens = tokensOf({ grant, nowMs: () => nowMs })
    await tokens.current(unhurried)
    nowMs += 3_509_999
    expect(await tokens.current(unhurried)).toBe('token-1')
    nowMs += 1
    expect(await tokens.current(unhurried)).toBe('token-2')
  })

  it('asks anew after a refusal, but keeps a token that came meanwhile', async () => {
    const { grant } = counting()
    const tokens = tokensOf({ grant })
    await tokens.current(unhurried)
    await tokens.refuse('token-1')
    expect(await tokens.current(unhurried)).toBe('token-2')
    await tokens.refuse('token-1')
    expect(await tokens.current(unhurried)).toBe('token-2')
  })

  it('lets a caller give up without taking the token from the others', async () => {
    const { grant, count } = counting()
    const tokens = tokensOf({ grant })
    const caller = new AbortController()
    const hurried = tokens.current(caller.signal)
    const patient = tokens.current(unhurried)
    caller.abort()
    await expect(hurried).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    expect(await patient).toBe('token-1')
    expect(count()).toBe(1)
  })

  it('passes a failure to everybody who waits, and asks again later', async () => {
    const { grant } = counting()
    let refuses = true
    const tokens = tokensOf({
      cache: memoryTokenCache(() => (refuses ? 0 : 10_000)),
      grant: async () => {
        if (refuses) throw new JobFailure('LMS_TOKEN_REFUSED', 'no')
        return grant()
      },
    })
    const got = await Promise.allSettled([tokens.current(unhurried), tokens.current(unhurried)])
    expect(got).toMatchObject([
      { status: 'rejected', reason: { code: 'LMS_TOKEN_REFUSED' } },
      { status: 'rejected', reason: { code: 'LMS_TOKEN_REFUSED' } },
    ])
    refuses = false
    expect(await tokens.current(unhurried)).toBe('token-1')
  })

  it('does not wait for ever for a worker that asks and never gets a token', async () => {
    const { grant } = counting()
    const cache = { ...memoryTokenCache(), claim: async () => false }
    const tokens = createTokens({ cache, grant, nowMs: Date.now, patienceMs: 100 })
    await expect(tokens.current(unhurried)).rejects.toMatchObject({ code: 'LMS_UNREACHABLE' })
  })
})
