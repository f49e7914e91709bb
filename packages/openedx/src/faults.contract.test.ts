import { describe, expect, it } from '@jest/globals'
import type { LmsFault } from '@seatkeeper/simulators'
import { course, useLmsSite } from './lms-site.fixture.ts'

const at = useLmsSite()
const { read, write, rowOf } = at

/** Waits no longer than it has to for what never comes. */
function connectFor({ kind }: LmsFault) {
  at.connect(kind.startsWith('delay') ? 1000 : undefined)
}

describe('the adapter, faults', () => {
  type Case = readonly [fault: LmsFault, whenReading: string, whenWriting: string, written: boolean]
  const lost = 'LMS_OUTCOME_UNKNOWN'
  const out = 'LMS_UNREACHABLE'
  const cases: readonly Case[] = [
    [{ kind: 'status', status: 500 }, 'LMS_ERROR', 'LMS_ERROR', false],
    [{ kind: 'status', status: 500, afterCommit: true }, 'LMS_ERROR', 'LMS_ERROR', true],
    [{ kind: 'status', status: 502 }, out, out, false],
    [{ kind: 'status', status: 503 }, out, out, false],
    [{ kind: 'status', status: 503, retryAfterSeconds: 9 }, 'LMS_THROTTLED', 'LMS_THROTTLED', false],
    [{ kind: 'status', status: 504, afterCommit: true }, out, out, true],
    [{ kind: 'reset-before' }, out, lost, false],
    [{ kind: 'reset-after-commit' }, out, lost, true],
    [{ kind: 'delay', delayMs: 60_000 }, out, lost, false],
    [{ kind: 'delay-after-commit', delayMs: 60_000 }, out, lost, true],
    [{ kind: 'throttle-429', retryAfterSeconds: 9 }, 'LMS_THROTTLED', 'LMS_THROTTLED', false],
    [{ kind: 'throttle-429-without-retry-after' }, 'LMS_THROTTLED', 'LMS_THROTTLED', false],
    [{ kind: 'html-429' }, 'LMS_THROTTLED', 'LMS_THROTTLED', false],
    [{ kind: 'truncated-json' }, out, lost, true],
    [{ kind: 'redirect' }, 'LMS_MOVED', 'LMS_MOVED', false],
  ]
  const named = cases.map(([fault, whenReading, whenWriting, written]) => ({
    name: JSON.stringify(fault),
    fault,
    whenReading,
    whenWriting,
    written,
  }))

  it.each(named)('reads $name as $whenReading', async ({ fault, whenReading }) => {
    at.site.adminSet('Alice', course, { isActive: true, mode: 'verified' })
    at.site.faults.add({ ...fault, route: 'enrollment-get' })
    connectFor(fault)
    await expect(read()).rejects.toMatchObject({ code: whenReading })
  })

  it.each(named)('meets $name when writing as $whenWriting', async ({ fault, whenWriting, written }) => {
    at.site.faults.add({ ...fault, route: 'enrollment-post' })
    connectFor(fault)
    await expect(write()).rejects.toMatchObject({ code: whenWriting })
    expect(rowOf() !== undefined).toBe(written)
  })

  it('does not take a write without a word for done', async () => {
    at.site.faults.add({ kind: 'empty-200', route: 'enrollment-post' })
    await expect(write()).rejects.toMatchObject({ code: lost })
  })

  it('does not overwrite what an administrator did between the refusal and the second try', async () => {
    await write()
    at.site.addCourse({ key: course, name: 'Audit only now', modes: [{ slug: 'audit' }] })
    at.site.faults.add({
      kind: 'hook',
      route: 'enrollment-get',
      run: () => at.site.adminSet('Alice', course, { isActive: true, mode: 'honor' }),
    })
    await expect(write({ isActive: false })).rejects.toMatchObject({ code: 'LMS_ERROR' })
    expect(rowOf()).toEqual({ isActive: true, mode: 'honor' })
  })
})
