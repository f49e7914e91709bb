import { setTimeout as pause } from 'node:timers/promises'
import type { LmsSimulator } from '@seatkeeper/simulators'
import { createFastClock } from '../budget/fast-clock.ts'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { paceOf, type Pace } from './pace.ts'
import { fault, openSeatRig, withoutGates, type SeatRig } from './seat-rig.ts'

/**
 * Minutes stand for hours, because no wait in the product depends on how long an outage lasts, but for the probe. The backlog is
 * made under the LMS's real limit, whose minutes pass faster than ours, for the budget too.
 */
export const lmsOutage: FaultTest = {
  name: 'lms-outage',
  promise:
    'an LMS is out for hours in one way after the other, a backlog waits and orders come; no attempt is spent, it is hardly asked, and all is made after it as fast as its limit allows',
  run: (run) => endure(run),
  control: { without: 'gates', run: (run) => endure(run, withoutGates) },
}

interface Size {
  /** How much faster the minutes of the limit pass. What we need for a call takes as much more of them. */
  readonly times: number
  readonly queued: number
  readonly eachMs: number
  readonly arriveEveryMs: number
  readonly drainWithinMs: number
}

const sizes: Readonly<Record<FaultRun['scale'], Size>> = {
  small: { times: 20, queued: 100, eachMs: 1500, arriveEveryMs: 1000, drainWithinMs: 120_000 },
  full: { times: 10, queued: 5000, eachMs: 48_000, arriveEveryMs: 1000, drainWithinMs: 900_000 },
}
const limit = { staffCallsPerMinute: 120, callsPerMinute: 100 }
const probeEveryMs = 5000
/** Calls that were begun before the gate was shut, and those of the way of being out before. */
const firstCalls = 15
const lms = 'campus'

const out: Readonly<Record<string, (campus: LmsSimulator) => () => void>> = {
  '503': fault({ route: 'any', kind: 'status', status: 503 }),
  'a page': fault({ route: 'any', kind: 'status', status: 502 }),
  resets: fault({ route: 'any', kind: 'reset-before' }),
  hangs: fault({ route: 'any', kind: 'delay', delayMs: 30_000 }),
  'refuses our secret': (campus) => {
    campus.rotateSigningKey()
    campus.rotateSecret('seatkeeper', 'another')
    return () => campus.rotateSecret('seatkeeper', 'secret-example')
  },
}

async function endure({ scale, say }: FaultRun, guarded?: typeof withoutGates): Promise<FaultReport> {
  const { times, queued, eachMs, arriveEveryMs, drainWithinMs } = sizes[scale]
  const clock = createFastClock(times)
  const rig = await openSeatRig({
    campuses: [lms],
    lms: { staffCallsPerMinute: limit.staffCallsPerMinute, nowMs: () => clock.nowMs() },
    settings: { callsPerMinute: limit.callsPerMinute },
    open: (redis) => clock.open(redis),
    ...(guarded === undefined ? {} : { guarded }),
  })
  try {
    const campus = rig.campuses.get(lms)
    if (campus === undefined) throw new RangeError(lms)
    const ends: (() => void)[] = []
    const nextTrouble = (begin: (campus: LmsSimulator) => () => void) => {
      ends.splice(0).forEach((end) => end())
      ends.push(begin(campus))
    }
    const [first = () => () => undefined, ...others] = Object.values(out)
    nextTrouble(first)
    let sold = 0
    const sellOne = () => rig.sell(lms, `learner${(sold += 1)}`)
    for (let index = 0; index < queued; index += 1) await sellOne()
    rig.startWorker()
    const beganMs = performance.now()
    const arriving = arrive(sellOne, arriveEveryMs)
    await pause(eachMs)
    for (const trouble of others) {
      nextTrouble(trouble)
      await pause(eachMs)
    }
    await arriving.stop()
    const calls = campus.journal.length
    const tookMs = performance.now() - beganMs
    ends.splice(0).forEach((end) => end())
    say(`  well again; ${sold} seats are waiting`)
    const wellMs = performance.now()
    const missing = () => sold - campus.rows().filter(({ isActive }) => isActive).length
    const isDrained = async () => missing() === 0 && (await rig.ledger.conservation()).due === 0
    await until('all is made', isDrained, { withinMs: drainWithinMs }).catch(() => undefined)
    const drainMs = performance.now() - wellMs
    const pace = paceOf(campus.journal.slice(calls), limit.callsPerMinute)
    const drainMinutes = (drainMs / 60_000) * times
    return await reportOf(rig, campus, { queued, sold, calls, tookMs, missing: missing(), drainMinutes, pace })
  } finally {
    await rig.close()
  }
}

function arrive(sellOne: () => Promise<void>, everyMs: number) {
  const arriving = { isOver: false }
  const sold = (async () => {
    while (!arriving.isOver) {
      await sellOne()
      await pause(everyMs)
    }
  })()
  return {
    stop: () => {
      arriving.isOver = true
      return sold
    },
  }
}

interface Endured {
  readonly queued: number
  readonly sold: number
  /** Made while it was out. */
  readonly calls: number
  readonly tookMs: number
  readonly missing: number
  /** Of the LMS. */
  readonly drainMinutes: number
  /** After it. */
  readonly pace: Pace
}

async function reportOf(rig: SeatRig, campus: LmsSimulator, endured: Endured): Promise<FaultReport> {
  const { queued, sold, calls, tookMs, missing, drainMinutes, pace } = endured
  const spent = rig.attempts.filter(({ next }) => next?.kind === 'retry').length
  const { dead } = await rig.ledger.conservation()
  const mostCalls = Math.ceil(tookMs / probeEveryMs) * 2 + firstCalls
  return {
    load: `${queued} seats waited, and ${sold - queued} more came, one each second`,
    faults: `${(tookMs / 60_000).toFixed(1)} h (a minute for an hour) of ${Object.keys(out).join(', ')}`,
    lost: missing > 0 ? [`${missing} seats`] : [],
    duplicated: campus.events.filter(({ kind }) => kind === 'activated').length > sold ? ['activations'] : [],
    broken: [
      ...(spent > 0 ? [`${spent} attempts were spent`] : []),
      ...(dead > 0 ? [`${dead} items died`] : []),
      ...(calls > mostCalls ? [`${calls} calls while it was out, more than ${mostCalls}`] : []),
      ...(pace.throttled > pace.calls * 0.02 ? [`${pace.throttled} of ${pace.calls} calls were throttled`] : []),
      ...(pace.ofBudget !== null && pace.ofBudget < 0.9
        ? [`drained at ${inPercent(pace.ofBudget)} of the budget`]
        : []),
    ],
    worstAnswerMs: null,
    figures: {
      meanwhile: `${calls} calls, ${spent} attempts spent, ${dead} dead`,
      afterwards: `drained in ${drainMinutes.toFixed(1)} min of the LMS, ${inPercent(pace.throttled / pace.calls)} of ${pace.calls} calls throttled`,
      pace: paceInWords(pace),
      'calls/seat': `${((pace.calls - pace.throttled) / (sold - missing)).toFixed(2)} of those that the LMS counts`,
    },
  }
}

function paceInWords({ callsPerMinute, ofBudget }: Pace): string {
  if (callsPerMinute === null || ofBudget === null) return 'too few calls to say'
  return `${callsPerMinute.toFixed(1)} calls a minute, ${inPercent(ofBudget)} of the budget, of which enrolments leave a twentieth`
}

function inPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
