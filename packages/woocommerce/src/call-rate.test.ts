import { describe, expect, it } from '@jest/globals'
import { createCallRate, windowOf, type RateClock } from './call-rate.ts'

const never = new AbortController().signal

describe('windowOf', () => {
  it.each([
    [300, { calls: 30, perMs: 6000 }],
    [19, { calls: 1, perMs: 60_000 / 19 }],
    [1, { calls: 1, perMs: 60_000 }],
  ])('makes of %i calls a minute %j', (callsPerMinute, window) => {
    expect(windowOf(callsPerMinute)).toEqual(window)
  })
})

describe('createCallRate', () => {
  it('lets no stretch of time have more calls than the limit', async () => {
    const perMs = 40
    const clock = virtualClock()
    const mayCall = createCallRate({ calls: 3, perMs }, clock)
    const turns = Array.from({ length: 20 }, async () => {
      await mayCall(never)
      return clock.nowMs()
    })
    const atMs = (await Promise.all(turns)).toSorted((one, other) => one - other)
    const stretches = atMs.slice(3).map((ms, index) => ms - (atMs[index] ?? 0))
    expect(Math.min(...stretches)).toBeGreaterThanOrEqual(perMs)
  })

  it('does not hold back who comes within the limit', async () => {
    const mayCall = createCallRate({ calls: 2, perMs: 60_000 })
    await expect(Promise.all([mayCall(never), mayCall(never)])).resolves.toHaveLength(2)
  })

  it('lets go of who gives up, who takes no turn along', async () => {
    const clock = virtualClock()
    const mayCall = createCallRate({ calls: 1, perMs: 200 }, clock)
    await mayCall(never)
    const impatient = new AbortController()
    const givenUp = Array.from({ length: 5 }, () => mayCall(impatient.signal))
    impatient.abort()
    for (const turn of givenUp) await expect(turn).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    await mayCall(never)
    expect(clock.nowMs()).toBeLessThanOrEqual(200)
  })

  it('lets nobody in who has given up before', async () => {
    await expect(createCallRate({ calls: 1, perMs: 10 })(AbortSignal.abort())).rejects.toMatchObject({
      code: 'DEADLINE_PASSED',
    })
  })
})

/** A clock that goes on to the next moment somebody waits for, once nothing else is left to be done. */
function virtualClock(): RateClock {
  let nowMs = 0
  return {
    nowMs: () => nowMs,
    wait: async (ms) => {
      const untilMs = nowMs + ms
      await new Promise((resolve) => setImmediate(resolve))
      nowMs = Math.max(nowMs, untilMs)
    },
  }
}
