import { describe, expect, it } from '@jest/globals'
import { JobFailure, type Outcome } from '@seatkeeper/core'
import { runAttempt } from './attempt.ts'

const applied: Outcome = { status: 'applied' }
const never = () => new Promise<Outcome>(() => undefined)
const untilAborted = (signal: AbortSignal, error: () => Error) =>
  new Promise<Outcome>((_resolve, reject) => signal.addEventListener('abort', () => reject(error())))
const unknownFate = () => new JobFailure('LMS_OUTCOME_UNKNOWN', 'sent, no answer')
const bounds = { deadlineMs: 20, graceMs: 20, cancelled: new AbortController().signal }

describe('runAttempt', () => {
  it('gives the outcome', async () => {
    expect(await runAttempt(async () => applied, bounds)).toEqual({ kind: 'outcome', outcome: applied })
  })

  it('gives the failure, and a stranger as a bug of ours', async () => {
    const failure = new JobFailure('LMS_ERROR', 'broken')
    expect(await runAttempt(() => Promise.reject(failure), bounds)).toEqual({ kind: 'failed', failure })
    const stranger = await runAttempt(() => Promise.reject(new TypeError('odd')), bounds)
    expect(stranger).toMatchObject({ kind: 'failed', failure: { code: 'UNEXPECTED' } })
  })

  it('says that the deadline passed when a handler stops for it', async () => {
    const end = await runAttempt((signal) => untilAborted(signal, () => new Error('aborted')), bounds)
    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'DEADLINE_PASSED' } })
  })

  it('says so even when a handler does not stop', async () => {
    expect(await runAttempt(never, bounds)).toMatchObject({ kind: 'failed', failure: { code: 'DEADLINE_PASSED' } })
  })

  it('takes a handler at its word that names the failure itself', async () => {
    const end = await runAttempt((signal) => untilAborted(signal, unknownFate), bounds)
    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'LMS_OUTCOME_UNKNOWN' } })
  })

  it('is cancelled, not failed, when we stop it', async () => {
    const cancelled = AbortSignal.abort('closing')
    expect(await runAttempt(never, { ...bounds, deadlineMs: 60_000, cancelled })).toEqual({ kind: 'cancelled' })
  })

  it('keeps the outcome of a handler that ended all the same', async () => {
    const cancelled = AbortSignal.abort('closing')
    expect(await runAttempt(async () => applied, { ...bounds, cancelled })).toEqual({
      kind: 'outcome',
      outcome: applied,
    })
  })
})
