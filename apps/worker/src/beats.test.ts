import { JobFailure } from '@seatkeeper/core'
import type { AttemptReport } from '@seatkeeper/queue'
import { describe, expect, it } from '@jest/globals'
import { createBeatCounter } from './beats.ts'

const timed = { sinceWokenMs: 70, waitedMs: 0, durationMs: 5, calls: null }
const attempt = { job: 'j', item: 'seat-s', generation: 1, change: null, ...timed }
const applied: AttemptReport = { ...attempt, lane: 'enroll.campus', end: 'outcome', outcome: { status: 'applied' } }
const failure = new JobFailure('LMS_ERROR', 'a test')
const failed: AttemptReport = {
  ...attempt,
  lane: 'enroll.campus',
  end: 'failed',
  code: 'LMS_ERROR',
  failure,
  action: { kind: 'retry', delayMs: 1 },
}

describe('createBeatCounter', () => {
  it('adds up and begins anew', () => {
    const beats = createBeatCounter()
    for (const report of [applied, { ...applied, sinceWokenMs: 90 }, failed]) beats.count(report)
    expect(beats.take()).toEqual({ done: 2, failed: 1, longestMs: 90 })
    expect(beats.take()).toEqual({ done: 0, failed: 0, longestMs: 0 })
  })

  it('leaves chores out', () => {
    const beats = createBeatCounter()
    for (const lane of ['chores.shop', 'audit.campus']) beats.count({ ...applied, lane })
    expect(beats.take()).toEqual({ done: 0, failed: 0, longestMs: 0 })
  })
})
