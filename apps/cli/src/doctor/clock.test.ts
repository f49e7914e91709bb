import { describe, expect, it } from '@jest/globals'
import { judgeClock } from './clock.ts'

const second = 1000

describe('judgeClock', () => {
  it.each<[string, [number, number, number], string]>([
    ['the same second', [0, 0, 0], 'ok'],
    ['an answer that took its time', [0, -600 * second, 600 * second], 'ok'],
    ['half a minute', [30 * second, 0, 0], 'ok'],
    ['a little more', [30 * second + 1, 0, 0], 'warning'],
    ['five minutes and more', [301 * second, 0, 0], 'wrong'],
    ['as much behind', [-303 * second, 0, 0], 'wrong'],
    ['no time at all', [Number.NaN, 0, 0], 'unknown'],
  ])('judges %s', (_, [told, asked, answered], state) => {
    expect(judgeClock(told, asked, answered).state).toBe(state)
  })
})
