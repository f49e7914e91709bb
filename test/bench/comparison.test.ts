import { describe, expect, it } from '@jest/globals'
import { interleave, ratioOf, verdictOf, type Comparison, type Goal } from './comparison.ts'

function aComparison(ours: readonly number[], baseline: readonly number[], goal: Goal | null = null): Comparison {
  return {
    id: 'G0',
    unit: 'things/s',
    ours: { what: 'ours', rounds: ours },
    baseline: { what: 'theirs', rounds: baseline },
    goal,
  }
}

describe('ratioOf', () => {
  it('compares within each round, so a slow round of both says nothing', () => {
    expect(ratioOf(aComparison([50, 5, 60], [100, 10, 100]))).toEqual({ middle: 0.5, min: 0.5, max: 0.6 })
  })
})

describe('verdictOf', () => {
  it.each<[number, Goal | null, string]>([
    [0.9, { atLeast: 0.9 }, 'met'],
    [0.5, { atLeast: 0.9 }, 'missed'],
    [0.44, { atLeast: 0.9 }, 'far off'],
    [1.4, { atMost: 1.4 }, 'met'],
    [2.8, { atMost: 1.4 }, 'missed'],
    [2.9, { atMost: 1.4 }, 'far off'],
    [99, null, 'shown'],
  ])('of a ratio of %d for %j is %s', (ratio, goal, verdict) => {
    expect(verdictOf(aComparison([ratio], [1], goal))).toBe(verdict)
  })
})

describe('interleave', () => {
  it('lets each side go first in turn', async () => {
    const turns: string[] = []
    const side = (name: string, number: number) => () => {
      turns.push(name)
      return Promise.resolve(number + turns.length)
    }
    const numbers = await interleave(3, { ours: side('ours', 0), baseline: side('baseline', 10) })
    expect(turns).toEqual(['ours', 'baseline', 'baseline', 'ours', 'ours', 'baseline'])
    expect(numbers).toEqual({ ours: [1, 4, 5], baseline: [12, 13, 16] })
  })
})
