import { describe, expect, it } from '@jest/globals'
import { readMoment } from './moment.ts'

const nowMs = Date.parse('2026-11-21T18:00:00Z')

describe('readMoment', () => {
  it.each([
    ['2d', '2026-11-19T18:00:00Z'],
    ['6h', '2026-11-21T12:00:00Z'],
    ['30m', '2026-11-21T17:30:00Z'],
    ['2026-11-01', '2026-11-01T00:00:00Z'],
    ['2026-11-21T18:00:00+01:00', '2026-11-21T17:00:00Z'],
  ])('reads %s', (text, moment) => {
    expect(new Date(readMoment(text, nowMs)).toISOString()).toBe(new Date(moment).toISOString())
  })

  it.each(['', 'yesterday', '2', '2w', '99999d', '2026-13-01'])('refuses %j', (text) => {
    expect(() => readMoment(text, nowMs)).toThrow(/Give a time like 2d/)
  })
})
