import { LmsId } from '@seatkeeper/core'
import { describe, expect, it } from '@jest/globals'
import { useLedger } from './fixture.ts'
import { beatMs } from './pulse.ts'

const at = useLedger()

describe('pulse', () => {
  it('adds up what processes tell, ten minutes by ten minutes, for a day', async () => {
    const nowMs = await at.ledger.nowMs()
    await at.ledger.addBeats({ done: 3, failed: 1, longestMs: 900 })
    await at.ledger.addBeats({ done: 2, failed: 0, longestMs: 400 })
    const pulse = await at.ledger.pulse(nowMs)
    const later = await at.ledger.pulse(nowMs + beatMs)
    expect(pulse).toHaveLength(144)
    // The ten minutes may have ended in between.
    const told = [...pulse, ...later.slice(-1)].find(({ done }) => done > 0)
    expect(told).toEqual({ done: 5, failed: 1, longestMs: 900 })
    expect(later.at(0)).toEqual({ done: 0, failed: 0, longestMs: 0 })
  })

  it('is forgotten after two days', async () => {
    await at.ledger.addBeats({ done: 1, failed: 0, longestMs: 1 })
    const [key = ''] = await at.redis.keys(`${at.prefix}pulse:*`)
    expect(await at.redis.pttl(key)).toBeGreaterThan(1.9 * 86_400_000)
    expect(await at.redis.pttl(key)).toBeLessThanOrEqual(2 * 86_400_000)
  })
})

describe('balances', () => {
  it('keeps the last count of each LMS', async () => {
    const lms = LmsId.parse('campus')
    await at.ledger.keepBalance({ lms, 'paid-but-not-enrolled': 2, 'refunded-but-enrolled': 0 })
    await at.ledger.keepBalance({ lms, 'paid-but-not-enrolled': 1, 'refunded-but-enrolled': 3 })
    expect(await at.ledger.balances()).toEqual([
      { lms, 'paid-but-not-enrolled': 1, 'refunded-but-enrolled': 3, atMs: expect.any(Number) },
    ])
  })
})
