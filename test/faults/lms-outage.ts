import { setTimeout as pause } from 'node:timers/promises'
import type { LmsSimulator } from '@seatkeeper/simulators'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { fault, openSeatRig, withoutGates, type SeatRig } from './seat-rig.ts'

/** No wait in the product depends on how long an outage lasts, but for the probe; so minutes stand for hours. */
export const lmsOutage: FaultTest = {
  name: 'lms-outage',
  promise:
    'an LMS is out in one way after the other with a backlog waiting; no attempt is spent, it is hardly asked, and all is made after it',
  run: (run) => endure(run),
  control: { without: 'gates', run: (run) => endure(run, withoutGates) },
}

interface Size {
  readonly queued: number
  readonly eachMs: number
  readonly arriveEveryMs: number
}

const sizes: Readonly<Record<FaultRun['scale'], Size>> = {
  small: { queued: 100, eachMs: 5000, arriveEveryMs: 1000 },
  full: { queued: 5000, eachMs: 120_000, arriveEveryMs: 1000 },
}
const probeEveryMs = 5000
/** Calls that were begun before the gate was shut, and those of the way of being out before. */
const firstCalls = 15
const drainWithinMs = 900_000
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
  const { queued, eachMs, arriveEveryMs } = sizes[scale]
  const rig = await openSeatRig({ campuses: [lms], ...(guarded === undefined ? {} : { guarded }) })
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
    return await reportOf(rig, campus, { sold, calls, tookMs, missing: missing(), drainMs: performance.now() - wellMs })
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
  readonly sold: number
  /** Made while it was out. */
  readonly calls: number
  readonly tookMs: number
  readonly missing: number
  readonly drainMs: number
}

async function reportOf(rig: SeatRig, campus: LmsSimulator, endured: Endured): Promise<FaultReport> {
  const { sold, calls, tookMs, missing, drainMs } = endured
  const spent = rig.attempts.filter(({ next }) => next?.kind === 'retry').length
  const { dead } = await rig.ledger.conservation()
  const mostCalls = Math.ceil(tookMs / probeEveryMs) * 2 + firstCalls
  const after = campus.journal.slice(calls)
  const throttled = after.filter(({ status }) => status === 429).length
  return {
    load: `${sold} seats, of which most waited and one came each second`,
    faults: `${Math.round(tookMs / 1000)} s of ${Object.keys(out).join(', ')}`,
    lost: missing > 0 ? [`${missing} seats`] : [],
    duplicated: campus.events.filter(({ kind }) => kind === 'activated').length > sold ? ['activations'] : [],
    broken: [
      ...(spent > 0 ? [`${spent} attempts were spent`] : []),
      ...(dead > 0 ? [`${dead} items died`] : []),
      ...(calls > mostCalls ? [`${calls} calls while it was out, more than ${mostCalls}`] : []),
      ...(throttled > after.length * 0.02 ? [`${throttled} calls were throttled`] : []),
    ],
    worstAnswerMs: null,
    figures: {
      meanwhile: `${calls} calls, ${spent} attempts spent, ${dead} dead`,
      afterwards: `drained in ${(drainMs / 1000).toFixed(1)} s, ${(after.length / sold).toFixed(1)} calls a seat, ${throttled} throttled`,
    },
  }
}
