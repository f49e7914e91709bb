import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { guards } from './controls.ts'
import { isSound, type OrderChaosResult } from './order-chaos.ts'
import { runSeeds } from './seeds.ts'

/** A share of what the command of the same name tells: as many stories as fit beside the other fault tests. */
export const orderChaosFault: FaultTest = {
  name: 'order-chaos',
  promise:
    'orders change while news of them comes late, twice, out of order, stale or never, and workers die over it; every seat must be as the orders say',
  run: tellStories,
  control: { without: guards.join(', or '), run: tellStoriesWithoutGuards },
}

const sizes = { small: { count: 10, orders: 60 }, full: { count: 25, orders: 500 } } as const

async function tellStories({ scale, seed }: FaultRun): Promise<FaultReport> {
  return reportOf(await runSeeds({ ...sizes[scale], first: seed }))
}

/** Unsound only if each guard is missed. */
async function tellStoriesWithoutGuards({ scale, seed, say }: FaultRun): Promise<FaultReport> {
  const reports: FaultReport[] = []
  for (const without of guards) {
    const report = reportOf(
      await runSeeds({ ...sizes[scale], count: 25, first: seed, without, isEnough: hasWrongSeats }),
    )
    say(`  without ${without}: ${report.broken.length === 0 ? 'nothing wrong' : report.broken[0]}`)
    reports.push(report)
  }
  const blind = reports.find((report) => report.broken.length === 0)
  return (
    blind ??
    reportOf(
      [],
      reports.flatMap(({ broken }) => broken),
    )
  )
}

function reportOf(
  results: readonly OrderChaosResult[],
  broken = results.filter(hasOffence).map(offenceOf),
): FaultReport {
  const sum = (count: (result: OrderChaosResult) => number) =>
    results.reduce((total, result) => total + count(result), 0)
  return {
    load: `${results.length} stories, ${sum(({ changes }) => changes)} changes, ${sum(({ deliveries }) => deliveries)} deliveries`,
    faults: `${sum(({ dropped }) => dropped)} never told, ${sum(({ mishaps }) => mishaps.kill)} kills, ${sum(({ mishaps }) => mishaps.fail)} failed calls, ${sum(({ mishaps }) => mishaps.freeze)} freezes`,
    lost: [],
    duplicated: results.flatMap(({ flapping }) => flapping),
    broken,
    worstAnswerMs: null,
    figures: { seats: `${sum(({ wrong }) => wrong.length)} wrong of ${sum(({ rows }) => rows)}` },
  }
}

const hasWrongSeats = ({ wrong }: OrderChaosResult) => wrong.length > 0
const hasOffence = (result: OrderChaosResult) => !isSound(result)

function offenceOf({ seed, wrong, wrongAsTold, idle, dead, troubles }: OrderChaosResult): string {
  const first = [...wrong, ...wrongAsTold, ...idle, ...dead, ...troubles][0] ?? 'not sound'
  return `seed ${seed}: ${first}`
}
