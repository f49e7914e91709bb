import { describe, expect, it } from '@jest/globals'
import { JobFailure } from '@seatkeeper/core'
import { createMemoryGates } from './agenda.fixture.ts'
import { createProber } from './prober.ts'

const setUp = (probe: () => Promise<void>, claims = Infinity) => {
  const calls = { made: 0 }
  const counted = async () => {
    calls.made += 1
    await probe()
  }
  return { calls, prober: createProber({ gate: 'lms.campus', gates: createMemoryGates(claims), probe: counted }) }
}

describe('createProber', () => {
  it('says well when the probe resolves', async () => {
    const { prober } = setUp(async () => undefined)
    expect(await prober.ask(performance.now())).toEqual({ kind: 'well' })
  })

  it('says ill with the failure when it throws, and reads a stranger as a bug of ours', async () => {
    const failure = new JobFailure('LMS_UNREACHABLE', 'no answer')
    expect(await setUp(() => Promise.reject(failure)).prober.ask(0)).toEqual({ kind: 'ill', failure })
    const stranger = await setUp(() => Promise.reject(new Error('odd'))).prober.ask(0)
    expect(stranger).toMatchObject({ kind: 'ill', failure: { code: 'UNEXPECTED' } })
  })

  it('knows nothing when it was not its turn', async () => {
    const { prober, calls } = setUp(async () => undefined, 0)
    expect(await prober.ask(0)).toEqual({ kind: 'unknown' })
    expect(calls.made).toBe(0)
  })

  it('makes one call for all who ask at once', async () => {
    const { prober, calls } = setUp(async () => undefined, 1)
    const sinceMs = performance.now()
    const answers = await Promise.all([prober.ask(sinceMs), prober.ask(sinceMs), prober.ask(sinceMs)])
    expect(answers).toEqual([{ kind: 'well' }, { kind: 'well' }, { kind: 'well' }])
    expect(calls.made).toBe(1)
  })

  it('asks anew for a failure seen after the last good answer', async () => {
    const { prober, calls } = setUp(async () => undefined)
    await prober.ask(performance.now())
    await prober.ask(performance.now())
    expect(calls.made).toBe(2)
  })

  it('believes a fresh bad answer', async () => {
    const { prober, calls } = setUp(() => Promise.reject(new JobFailure('LMS_UNREACHABLE', 'no answer')))
    await prober.ask(performance.now())
    await prober.ask(performance.now())
    expect(calls.made).toBe(1)
  })
})
