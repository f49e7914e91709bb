import { JobFailure } from '@seatkeeper/core'
import { describe, expect, it } from '@jest/globals'
import { examine } from './examine.ts'
import { ok, type Check } from './finding.ts'

const check = (name: string, run: Check['run']): Check => ({ subject: 'x', name, run })

describe('examine', () => {
  it('keeps the order, and one that hangs, fails or breaks from the others', async () => {
    const done: number[] = []
    const checks = [
      check('hangs', () => new Promise(() => undefined)),
      check('is refused', () => Promise.reject(new JobFailure('LMS_FORBIDDEN', 'no'))),
      check('is out', () => Promise.reject(new JobFailure('LMS_UNREACHABLE', 'no'))),
      check('breaks', () => Promise.reject(new TypeError('a secret'))),
      check('is well', () => Promise.resolve([ok('Well.'), ok('Very.')])),
    ]
    const found = await examine(checks, { limitMs: 200, onDone: (count) => done.push(count) })
    expect(found.map(({ check: name, state }) => [name, state])).toEqual([
      ['hangs', 'unknown'],
      ['is refused', 'wrong'],
      ['is out', 'unknown'],
      ['breaks', 'unknown'],
      ['is well', 'ok'],
      ['is well', 'ok'],
    ])
    expect(JSON.stringify(found)).not.toContain('secret')
    expect(done).toEqual([1, 2, 3, 4, 5])
  })
})
