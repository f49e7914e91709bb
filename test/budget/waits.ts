import type { LmsFaultPlan, LmsSimulator } from '@seatkeeper/simulators'
import { until } from '../e2e/until.ts'
import type { Work } from './work.ts'

/** Calls that were under way when the LMS had us wait are over by then. */
const underWayMs = 700

/** Calls that the LMS answered with 429. */
export function throttledCalls(work: Work): LmsSimulator['journal'] {
  return work.countedCalls().filter(({ status }) => status === 429)
}

/** Lets workers go on these seats, and has one call of the busy lane answered so. Gives when that was. */
export async function throttleOnce(work: Work, seats: number, fault: () => LmsFaultPlan): Promise<number> {
  work.campus.faults.add({ route: 'any', kind: 'delay', delayMs: 100 })
  await work.sell(seats)
  await work.start()
  await until('they are at work', () => work.countedCalls().length >= 10)
  work.campus.faults.add(fault())
  await until('one is throttled', () => throttledCalls(work).length > 0)
  return throttledCalls(work)[0]?.atMs ?? 0
}

/** Calls that were begun while the LMS had us wait. */
export function callsBetween(work: Work, fromMs: number, toMs: number): LmsSimulator['journal'] {
  return work.countedCalls().filter(({ atMs }) => atMs > fromMs + underWayMs && atMs < toMs)
}
