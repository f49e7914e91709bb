import { markdownTable } from '../docs/markdown.ts'
import { ratioOf, verdictOf, type Comparison, type Goal } from './comparison.ts'
import { median } from './statistics.ts'

const heading = ['goal', 'ours', '', 'baseline', '', 'ratio [min–max]', 'wanted', 'verdict']

/** The comparisons as a table that reads in a terminal and in Markdown. */
export function tableOf(comparisons: readonly Comparison[]): string {
  return markdownTable(heading, comparisons.map(row))
}

function row(comparison: Comparison): readonly string[] {
  const { id, unit, ours, baseline, goal } = comparison
  const { middle, min, max } = ratioOf(comparison)
  const figure = (rounds: readonly number[]) => `${short(median(rounds))} ${unit}`
  const ratio = `${short(middle)} [${short(min)}–${short(max)}]`
  const sides = [ours.what, figure(ours.rounds), baseline.what, figure(baseline.rounds)]
  return [id, ...sides, ratio, wanted(goal), verdictOf(comparison)]
}

function wanted(goal: Goal | null): string {
  if (goal === null) return '–'
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`
}

/** Two digits behind the point for small numbers, one for middling ones, none for large ones. */
function short(number: number): string {
  return number.toFixed(number < 10 ? 2 : number < 100 ? 1 : 0)
}

/** The comparisons for machines: every round, the ratio and the verdict. */
export function jsonOf(comparisons: readonly Comparison[], machine: object): string {
  const told = comparisons.map((comparison) => ({
    ...comparison,
    ratio: ratioOf(comparison),
    verdict: verdictOf(comparison),
  }))
  return JSON.stringify({ machine, comparisons: told }, null, 2)
}
