import { setTimeout as pause } from 'node:timers/promises'
import type { LmsSimulator } from '@seatkeeper/simulators'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { fault, openSeatRig, withoutGates, type SeatRig } from './seat-rig.ts'

/** One LMS for each trouble, all at once: none may hold up another. */
export const misbehavingLms: FaultTest = {
  name: 'misbehaving-lms',
  promise:
    'an LMS is out, resets, throttles, crawls, forgets its tokens or loses answers while orders come; all seats are right soon after, each made once',
  run: (run) => misbehave(run),
  control: { without: 'gates', run: (run) => misbehave(run, withoutGates) },
}

interface Size {
  readonly troubleMs: number
  readonly retryAfterSeconds: number
  /** Of one LMS in its trouble, besides those that seats were made with. */
  readonly mostIdleCalls: number
}

const sizes: Readonly<Record<FaultRun['scale'], Size>> = {
  small: { troubleMs: 20_000, retryAfterSeconds: 5, mostIdleCalls: 30 },
  full: { troubleMs: 60_000, retryAfterSeconds: 10, mostIdleCalls: 90 },
}
const orders = 20
/** Of one seat: find the account, read the row, write it, read it back. */
const callsPerSeat = 4
const rightWithinMs = 10_000
const patienceMs = 120_000

/** Begins a trouble and gives what ends it. */
type Trouble = (campus: LmsSimulator, size: Size) => () => void

const troubles: Readonly<Record<string, Trouble>> = {
  out: fault({ route: 'any', kind: 'status', status: 503 }),
  resets: fault({ route: 'any', kind: 'reset-before' }),
  throttles: (campus, { retryAfterSeconds }) =>
    campus.faults.add({ route: 'any', kind: 'throttle-429', retryAfterSeconds }),
  crawls: fault({ route: 'any', kind: 'delay', delayMs: 8000 }),
  'new-keys': (campus) => {
    const timer = setInterval(() => campus.rotateSigningKey(), 2000)
    return () => clearInterval(timer)
  },
  mute: fault({ route: 'enrollment-post', kind: 'reset-after-commit' }),
}

/** How one LMS and its seats got over it. */
interface Row {
  readonly name: string
  /** From the end of the trouble, and of the wait that was asked for, until all seats were right. */
  readonly rightAfterMs: number
  readonly calls: number
  readonly madeMeanwhile: number
  readonly late: readonly string[]
  readonly missing: readonly string[]
  readonly twice: readonly string[]
}

async function misbehave({ scale }: FaultRun, guarded?: typeof withoutGates): Promise<FaultReport> {
  const size = sizes[scale]
  const names = Object.keys(troubles)
  const rig = await openSeatRig({ campuses: names, ...(guarded === undefined ? {} : { guarded }) })
  try {
    rig.startWorker()
    await Promise.all(names.map((name) => rig.sell(name, 'first')))
    await until('workers are at work', () => names.every((name) => rig.holds(name, 'first')))
    const rows = await Promise.all(names.map((name) => suffer(rig, name, size)))
    return reportOf(rows, size)
  } finally {
    await rig.close()
  }
}

async function suffer(rig: SeatRig, name: string, size: Size): Promise<Row> {
  const campus = rig.campuses.get(name)
  const begin = troubles[name]
  if (campus === undefined || begin === undefined) throw new RangeError(name)
  const callsBefore = campus.journal.length
  const end = begin(campus, size)
  const over = pause(size.troubleMs)
  const learners = Array.from({ length: orders }, (_, index) => `${name}-${index}`)
  for (const learner of learners) {
    await rig.sell(name, learner)
    await pause(size.troubleMs / 3 / orders)
  }
  await over
  end()
  const missing = () => learners.filter((learner) => !rig.holds(name, learner))
  const madeMeanwhile = orders - missing().length
  const calls = campus.journal.length - callsBefore
  const askedMs = name === 'throttles' ? size.retryAfterSeconds * 1100 : 0
  const wellMs = performance.now() + askedMs
  await until(`${name}: all seats are right`, () => missing().length === 0, { withinMs: patienceMs }).catch(
    () => undefined,
  )
  const rightAfterMs = Math.max(0, Math.round(performance.now() - wellMs))
  const twice = learners.filter((learner) => rig.times(name, 'activated', learner) > 1)
  const late = rightAfterMs > rightWithinMs ? [`${name}: seats were right only after ${rightAfterMs} ms`] : []
  return { name, rightAfterMs, calls, madeMeanwhile, late, missing: missing(), twice }
}

function reportOf(rows: readonly Row[], { troubleMs, mostIdleCalls }: Size): FaultReport {
  const greedy = rows.filter(({ calls, madeMeanwhile }) => calls - madeMeanwhile * callsPerSeat > mostIdleCalls)
  return {
    load: `${orders} orders for each of ${rows.length} LMSs`,
    faults: `${troubleMs / 1000} s of trouble each`,
    lost: rows.flatMap(({ missing }) => missing),
    duplicated: rows.flatMap(({ twice }) => twice),
    broken: [
      ...rows.flatMap(({ late }) => late),
      ...greedy.map(
        ({ name, calls }) => `${name}: ${calls} calls meanwhile, more than ${mostIdleCalls} of them for nothing`,
      ),
    ],
    worstAnswerMs: null,
    figures: Object.fromEntries(rows.map((row) => [row.name, inWords(row)])),
  }
}

function inWords({ rightAfterMs, calls, madeMeanwhile }: Row): string {
  return `all right after ${(rightAfterMs / 1000).toFixed(1)} s; meanwhile ${calls} calls and ${madeMeanwhile} seats`
}
