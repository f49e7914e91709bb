import { median } from './statistics.ts'

/** What a ratio should be: rates at least so much, costs at most. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number }

/** One side of a comparison: what was measured, once for each round. */
export interface Side {
  readonly what: string
  readonly rounds: readonly number[]
}

/** Ours against a baseline that was measured in the same rounds. */
export interface Comparison {
  /** The number of the goal in docs/performance.md. */
  readonly id: string
  readonly unit: string
  readonly ours: Side
  readonly baseline: Side
  /** Null where the figure is only shown. */
  readonly goal: Goal | null
}

/** Ours divided by the baseline of the same round; `middle` is the median. */
export interface Ratio {
  readonly middle: number
  readonly min: number
  readonly max: number
}

/** `far off`: a rate below half of its goal, or a cost above twice. */
export type Verdict = 'met' | 'missed' | 'far off' | 'shown'

/** A benchmark: something that opens what it needs, measures both sides in turn, and closes it again. */
export interface Benchmark {
  readonly name: string
  /** Its goals and what it does, in one line of help. */
  readonly about: string
  run(options: BenchmarkOptions): Promise<readonly Comparison[]>
}

/** How a benchmark is run. */
export interface BenchmarkOptions {
  readonly rounds: number
  /** Where our processes leave CPU profiles when they end. */
  readonly profiles: string | undefined
}

export function ratioOf({ ours, baseline }: Pick<Comparison, 'ours' | 'baseline'>): Ratio {
  const ratios = ours.rounds.map((number, round) => number / (baseline.rounds[round] ?? Number.NaN))
  return { middle: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
}

export function verdictOf(comparison: Comparison): Verdict {
  const { goal } = comparison
  if (goal === null) return 'shown'
  const { middle } = ratioOf(comparison)
  const share = 'atLeast' in goal ? middle / goal.atLeast : goal.atMost / middle
  if (share >= 1) return 'met'
  return share >= 0.5 ? 'missed' : 'far off'
}

/** Measures both sides in every round, the one that goes first last in the next; gives the numbers by side. */
export async function interleave(
  rounds: number,
  sides: { readonly ours: () => Promise<number>; readonly baseline: () => Promise<number> },
): Promise<{ readonly ours: readonly number[]; readonly baseline: readonly number[] }> {
  const numbers = { ours: [] as number[], baseline: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['ours', 'baseline'] as const) : (['baseline', 'ours'] as const)
    for (const side of order) numbers[side].push(await sides[side]())
  }
  return numbers
}
