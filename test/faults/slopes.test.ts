import { describe, expect, it } from '@jest/globals'
import { growthPerHour } from './slopes.ts'

const everyMinute = (values: readonly number[]) => values.map((value, index) => ({ atMs: index * 60_000, value }))

describe('growthPerHour', () => {
  it('is the slope of a straight line', () => {
    expect(growthPerHour(everyMinute([10, 11, 12, 13]))).toBeCloseTo(60)
  })

  it('is nothing for what goes up and comes down again, and for a single look', () => {
    expect(growthPerHour(everyMinute([1, 5, 5, 1]))).toBeCloseTo(0)
    expect(growthPerHour(everyMinute([7]))).toBe(0)
  })
})
