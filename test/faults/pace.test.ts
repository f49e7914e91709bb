import { describe, expect, it } from '@jest/globals'
import type { LmsSimulator } from '@seatkeeper/simulators'
import { paceOf } from './pace.ts'

type Entry = LmsSimulator['journal'][number]

/** Calls at these seconds. */
function calls(seconds: readonly number[], changes: Partial<Entry> = {}): LmsSimulator['journal'] {
  const entry = { method: 'GET', path: '/', username: 'worker', faults: [] }
  return seconds.map((second) => ({
    ...entry,
    atMs: second * 1000,
    route: 'enrollment-list',
    status: 200,
    ...changes,
  }))
}

const everySecond = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

describe('paceOf', () => {
  it('leaves out the first minute, and calls that the LMS does not count', () => {
    const burst = calls([...Array<number>(80).fill(0), ...everySecond(61, 1262)])
    const free = calls(everySecond(0, 100), { route: 'accounts' })
    const pace = paceOf([...burst, ...free], 80)
    expect(pace).toMatchObject({ calls: 1281, throttled: 0 })
    expect(pace.ofBudget).toBeCloseTo(0.75)
  })

  it('counts what was refused apart', () => {
    const refused = calls([70, 71], { status: 429 })
    expect(paceOf([...calls(everySecond(0, 121)), ...refused], 60)).toMatchObject({ calls: 123, throttled: 2 })
  })

  it('says nothing of a few calls', () => {
    expect(paceOf(calls(everySecond(0, 600)), 60)).toMatchObject({ callsPerMinute: null, ofBudget: null })
  })
})
