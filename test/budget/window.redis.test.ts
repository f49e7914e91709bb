import { describe, expect, it } from '@jest/globals'
import type { CallBudget } from '@seatkeeper/core'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { fullestMinute, runWindow } from './window.ts'

const callsPerMinute = 20
const steps = 600
const seeds = Array.from({ length: 12 }, (_, index) => index + 1)
const at = useLedger()

describe('a call budget that workers share', () => {
  it.each(seeds)(
    'keeps every minute of the LMS within its limit (seed %i)',
    async (seed) => {
      const run = await runWindow(at.redis, { seed, callsPerMinute, steps })
      expect(fullestMinute(run)).toBeLessThanOrEqual(callsPerMinute)
      expect(fullestMinute(run)).toBeGreaterThan(callsPerMinute / 2)
      expect(Object.values(run.made).every((count) => count > 0)).toBe(true)
    },
    60_000,
  )

  const parts: readonly (readonly [what: string, without: (budget: CallBudget) => CallBudget])[] = [
    ['its window', () => unlimitedCalls],
    ['the minute after each call', (budget) => ({ ...budget, end: (call) => budget.giveBack([call]) })],
    ['the promise that calls need', (budget) => ({ ...budget, begin: async () => ({ status: 'go' }) })],
  ]
  it.each(parts)(
    'does not without %s',
    async (_what, without) => {
      let fullest = 0
      for (const seed of seeds.map((each) => each + 100)) {
        const run = await runWindow(at.redis, { seed, callsPerMinute, steps, without })
        fullest = Math.max(fullest, fullestMinute(run))
        if (fullest > callsPerMinute) break
        await at.redis.flushall()
      }
      expect(fullest).toBeGreaterThan(callsPerMinute)
    },
    60_000,
  )
})
