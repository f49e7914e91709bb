import { describe, expect, it } from '@jest/globals'
import type { Comparison } from './comparison.ts'
import { jsonOf, tableOf } from './report.ts'

const rate: Comparison = {
  id: 'G1',
  unit: 'req/s',
  ours: { what: 'ingress', rounds: [900, 1000, 1100] },
  baseline: { what: 'Express', rounds: [2000, 2000, 2000] },
  goal: { atLeast: 0.9 },
}
const cost: Comparison = {
  id: 'G8',
  unit: 'ms',
  ours: { what: 'p99', rounds: [12.34] },
  baseline: { what: 'add', rounds: [2] },
  goal: null,
}

const cells = (line?: string) => line?.split('|').map((cell) => cell.trim())

describe('tableOf', () => {
  it('has a line for each comparison, with its spread, what was wanted and the verdict', () => {
    const [, , first, second] = tableOf([rate, cost]).split('\n')
    const ours = ['ingress', '1000 req/s', 'Express', '2000 req/s', '0.50 [0.45–0.55]', '≥ 0.9', 'missed']
    expect(cells(first)).toEqual(['', 'G1', ...ours, ''])
    expect(cells(second)).toEqual(['', 'G8', 'p99', '12.3 ms', 'add', '2.00 ms', '6.17 [6.17–6.17]', '–', 'shown', ''])
  })
})

describe('jsonOf', () => {
  it('keeps every round, beside ratio and verdict', () => {
    expect(JSON.parse(jsonOf([rate], { cores: 2 }))).toMatchObject({
      machine: { cores: 2 },
      comparisons: [
        { id: 'G1', ours: { rounds: [900, 1000, 1100] }, ratio: { middle: 0.5, min: 0.45 }, verdict: 'missed' },
      ],
    })
  })
})
