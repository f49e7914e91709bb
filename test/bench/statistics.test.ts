import { describe, expect, it } from '@jest/globals'
import { median, quantile } from './statistics.ts'

describe('median', () => {
  it.each([
    [[3], 3],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('of %j is %d', (numbers, expected) => expect(median(numbers)).toBe(expected))

  it('refuses to make up a number', () => expect(() => median([])).toThrow(RangeError))
})

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%d of 1 to 100 is %d', (share, expected) => expect(quantile(hundred, share)).toBe(expected))

  it('of one number is that number', () => expect(quantile([7], 0.99)).toBe(7))
})
