import { describe, expect, it } from '@jest/globals'
import { itemId, JobFailure, type FailureCode } from '@seatkeeper/core'
import { aWakeUp, anItem, createMemoryAgenda, createMemoryGates } from './agenda.fixture.ts'
import { actOnFailure, decide, shutForMs, type Decision } from './failure-action.ts'
import type { ProbeAnswer, Prober } from './prober.ts'

const well: ProbeAnswer = { kind: 'well' }
const unknown: ProbeAnswer = { kind: 'unknown' }
const ill = (code: FailureCode, retryAfterMs?: number): ProbeAnswer => ({
  kind: 'ill',
  failure: failed(code, retryAfterMs),
})
const failed = (code: FailureCode, retryAfterMs?: number) =>
  new JobFailure(code, 'said by a test', retryAfterMs === undefined ? {} : { retryAfterMs })
const file = (permanent: boolean): Decision => ({ kind: 'file', permanent })
const shut = (state: 'closed' | 'parked' | 'throttled', code: FailureCode, forMs = shutForMs): Decision => ({
  kind: 'shut',
  shutting: { state, code, forMs },
})

describe('decide', () => {
  it.each<[string, JobFailure, ProbeAnswer, Decision]>([
    ['permanent dies', failed('LMS_COURSE_UNKNOWN'), unknown, file(true)],
    ['transient is tried again', failed('LMS_ERROR'), unknown, file(false)],
    ['a lost lease is transient', failed('LEASE_LOST'), unknown, file(false)],
    ['a bug of ours is transient', failed('UNEXPECTED'), unknown, file(false)],
    ['a passed deadline is transient', failed('DEADLINE_PASSED'), unknown, file(false)],
    ['throttled waits as asked', failed('LMS_THROTTLED', 7000), unknown, shut('throttled', 'LMS_THROTTLED', 7000)],
    [
      'throttled waits a minute unasked',
      failed('STORE_THROTTLED'),
      unknown,
      shut('throttled', 'STORE_THROTTLED', 60_000),
    ],
    [
      'throttled does not care for a probe',
      failed('LMS_THROTTLED', 7000),
      well,
      shut('throttled', 'LMS_THROTTLED', 7000),
    ],
    ['outage with a well LMS is the item’s own', failed('LMS_UNREACHABLE'), well, file(false)],
    ['outage closes', failed('LMS_UNREACHABLE'), ill('LMS_UNREACHABLE'), shut('closed', 'LMS_UNREACHABLE')],
    ['outage holds while nobody knows', failed('LMS_UNREACHABLE'), unknown, { kind: 'hold' }],
    ['misconfigured with a well LMS is the item’s own', failed('LMS_FORBIDDEN'), well, file(true)],
    ['misconfigured parks', failed('LMS_FORBIDDEN'), ill('LMS_FORBIDDEN'), shut('parked', 'LMS_FORBIDDEN')],
    ['misconfigured holds while nobody knows', failed('STORE_KEY_REFUSED'), unknown, { kind: 'hold' }],
    [
      'the probe knows better why',
      failed('LMS_UNREACHABLE'),
      ill('LMS_TOKEN_REFUSED'),
      shut('parked', 'LMS_TOKEN_REFUSED'),
    ],
    [
      'a throttled probe throttles',
      failed('LMS_UNREACHABLE'),
      ill('LMS_THROTTLED', 9000),
      shut('throttled', 'LMS_THROTTLED', 9000),
    ],
    [
      'a probe that failed by itself confirms',
      failed('LMS_FORBIDDEN'),
      ill('UNEXPECTED'),
      shut('parked', 'LMS_FORBIDDEN'),
    ],
  ])('%s', (_name, failure, answer, decision) => {
    expect(decide(failure, answer)).toEqual(decision)
  })
})

describe('actOnFailure', () => {
  const backoff = { firstMs: 2000, maxMs: 3_600_000, giveUpAfterMs: 86_400_000 }
  const act = async (failure: JobFailure, answer: ProbeAnswer, generation = 1) => {
    const memory = createMemoryAgenda([anItem(1)])
    const gates = createMemoryGates()
    const asked: number[] = []
    const prober: Prober = {
      ask: async (sinceMs) => {
        asked.push(sinceMs)
        return answer
      },
    }
    const deps = { agenda: memory.agenda, gate: 'lms.campus', gates, prober, random: () => 0.5 }
    const action = await actOnFailure({ item: aWakeUp(1).item, generation, backoff, failure }, deps)
    return { action, asked, gate: await gates.read('lms.campus'), ...memory }
  }

  it('retries after exactly what the agenda says, and asks no probe for it', async () => {
    const { action, asked, filings } = await act(failed('LMS_ERROR'), unknown)
    expect(action).toEqual({ kind: 'retry', delayMs: 1000 })
    expect(filings).toMatchObject([
      { id: itemId(aWakeUp(1).item), generation: 1, code: 'LMS_ERROR', random: 0.5, backoff },
    ])
    expect(asked).toEqual([])
  })

  it('ends as dead what is permanent', async () => {
    expect((await act(failed('LMS_COURSE_UNKNOWN'), unknown)).action).toEqual({ kind: 'dead' })
  })

  it('never retries an older generation', async () => {
    expect((await act(failed('LMS_ERROR'), unknown, 0)).action).toEqual({ kind: 'superseded' })
  })

  it('closes the gate of an outage and counts nothing', async () => {
    const { action, gate, filings, postponed } = await act(failed('LMS_UNREACHABLE'), ill('LMS_UNREACHABLE'))
    expect(gate).toMatchObject({ state: 'closed', code: 'LMS_UNREACHABLE', forMs: shutForMs })
    expect(action).toEqual({ kind: 'back', delayMs: 7500, behind: 'closed' })
    expect(postponed).toEqual([{ id: itemId(aWakeUp(1).item), generation: 1, delayMs: 7500 }])
    expect(filings).toEqual([])
  })

  it('waits as long as the LMS asked and up to a tenth longer', async () => {
    const { action, gate } = await act(failed('LMS_THROTTLED', 20_000), unknown)
    expect(gate).toMatchObject({ state: 'throttled', forMs: 21_000 })
    expect(action).toEqual({ kind: 'back', delayMs: 23_500, behind: 'throttled' })
  })

  it('puts back and shuts nothing while nobody knows how the LMS is', async () => {
    const { action, gate, filings } = await act(failed('LMS_FORBIDDEN'), unknown)
    expect(gate).toEqual({ state: 'open' })
    expect(action).toEqual({ kind: 'back', delayMs: 7500, behind: null })
    expect(filings).toEqual([])
  })

  it('believes a misconfiguration to be the item’s own only from a probe made after it', async () => {
    const beforeMs = performance.now()
    const misconfigured = await act(failed('LMS_FORBIDDEN'), well)
    const outage = await act(failed('LMS_UNREACHABLE'), well)
    expect(misconfigured.asked[0]).toBeGreaterThanOrEqual(beforeMs)
    expect(outage.asked[0]).toBeLessThan(beforeMs)
  })
})
