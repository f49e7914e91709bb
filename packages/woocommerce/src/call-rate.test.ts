import { describe, expect, it } from '@jest/globals'
import { createCallRate, windowOf } from './call-rate.ts'

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
    const mayCall = createCallRate({ calls: 3, perMs })
    const turns = Array.from({ length: 20 }, async () => {
      await mayCall(never)
      return performance.now()
    })
    const atMs = (await Promise.all(turns)).toSorted((one, other) => one - other)
    const stretches = atMs.slice(3).map((ms, index) => ms - (atMs[index] ?? 0))
    expect(Math.min(...stretches)).toBeGreaterThan(perMs - 2)
  })

  it('does not hold back who comes within the limit', async () => {
    const mayCall = createCallRate({ calls: 2, perMs: 60_000 })
    await expect(Promise.all([mayCall(never), mayCall(never)])).resolves.toHaveLength(2)
  })

  it('lets go of who gives up, who takes no turn along', async () => {
    const mayCall = createCallRate({ calls: 1, perMs: 200 })
    await mayCall(never)
    const givenUp = Array.from({ length: 5 }, () => mayCall(AbortSignal.timeout(20)))
    for (const turn of givenUp) await expect(turn).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    const startedAtMs = performance.now()
    await mayCall(never)
    expect(performance.now() - startedAtMs).toBeLessThan(400)
  })

  it('lets nobody in who has given up before', async () => {
    await expect(createCallRate({ calls: 1, perMs: 10 })(AbortSignal.abort())).rejects.toMatchObject({
      code: 'DEADLINE_PASSED',
    })
  })
})
