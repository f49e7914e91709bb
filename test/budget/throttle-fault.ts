import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { withoutGates } from '../faults/seat-rig.ts'
import { createFastClock } from './fast-clock.ts'
import { callsBetween, throttledCalls, throttleOnce } from './waits.ts'
import { startWork, type Work } from './work.ts'

/** First the limit itself, at which minutes pass faster than ours; then a wait that the LMS asks for, by our own clock. */
export const throttle: FaultTest = {
  name: 'throttle',
  promise:
    'two workers at an LMS that takes so many calls a minute: hardly one is refused, and none is made while the LMS has them wait',
  run: ({ scale }) => enrolAndCount(sizes[scale], (ledger) => ledger),
  control: {
    without: 'call budget and gates',
    run: () => enrolAndCount(controlSize, (ledger) => ({ ...withoutGates(ledger), callBudget: () => unlimitedCalls })),
  },
}

interface Size {
  readonly seats: number
  /** How much faster the minutes of the limit pass. */
  readonly times: number
  readonly withinMs: number
  readonly retryAfterSeconds: number
}

const sizes: Readonly<Record<FaultRun['scale'], Size>> = {
  small: { seats: 80, times: 20, withinMs: 60_000, retryAfterSeconds: 3 },
  full: { seats: 3000, times: 20, withinMs: 900_000, retryAfterSeconds: 30 },
}
/** Workers without a budget are held up by the machine alone, so the limit passes at its own pace. */
const controlSize: Size = { seats: 80, times: 1, withinMs: 15_000, retryAfterSeconds: 3 }
const callsPerMinute = 100
const mostRefusedShare = 0.02

/** What workers get for a ledger. */
type Guarded = (ledger: RedisLedger) => RedisLedger

async function enrolAndCount(size: Size, guarded: Guarded): Promise<FaultReport> {
  const limited = await meetLimit(size, guarded)
  const waited = await waitAsAsked(size, guarded)
  const { calls, refused, missing, tookMs } = limited
  const share = refused / Math.max(1, calls)
  const minutes = tookMs / 60_000
  return {
    load: `${size.seats} seats and ${waitingSeats} more, two workers`,
    faults: `an LMS that takes ${callsPerMinute} calls a minute, and one that has them wait ${size.retryAfterSeconds} s`,
    lost: [missing, waited.missing].flatMap((count) => (count > 0 ? [`${count} seats`] : [])),
    duplicated: [],
    broken: [
      ...(share > mostRefusedShare ? [`${refused} of ${calls} calls were refused`] : []),
      ...(waited.early > 0 ? [`${waited.early} calls were made before Retry-After was over`] : []),
    ],
    worstAnswerMs: null,
    figures: {
      calls: `${calls}, ${refused} refused (${(100 * share).toFixed(1)} %), ${(calls / size.seats).toFixed(1)} a seat`,
      pace: `${((calls - refused) / minutes).toFixed(0)} a minute over ${minutes.toFixed(1)} min of the LMS`,
      waits: `${waited.early} calls before Retry-After, ${waited.refused} refused`,
    },
  }
}

interface Limited {
  readonly calls: number
  readonly refused: number
  readonly missing: number
  /** By the clock of the LMS. */
  readonly tookMs: number
}

async function meetLimit({ seats, times, withinMs }: Size, guarded: Guarded): Promise<Limited> {
  const clock = createFastClock(times)
  const lms = { staffCallsPerMinute: callsPerMinute, nowMs: () => clock.nowMs() }
  const work = await startWork({ lms, callsPerMinute, open: (redis) => guarded(clock.open(redis)) })
  try {
    await work.sell(seats)
    const startedMs = clock.nowMs()
    await work.start()
    await untilEnrolled(work, seats, withinMs)
    const tookMs = clock.nowMs() - startedMs
    const [calls, refused] = [work.countedCalls().length, throttledCalls(work).length]
    return { calls, refused, missing: seats - work.enrolled(), tookMs }
  } finally {
    await work.close()
  }
}

/** Enough to be at work when the LMS says wait, and after it. */
const waitingSeats = 100

async function waitAsAsked({ retryAfterSeconds }: Size, guarded: Guarded) {
  const lms = { staffCallsPerMinute: Infinity }
  const work = await startWork({ lms, open: (redis) => guarded(createLedger(redis)) })
  try {
    const atMs = await throttleOnce(work, waitingSeats, () => ({
      route: 'enrollment-list',
      kind: 'throttle-429',
      retryAfterSeconds,
      times: 1,
    }))
    await untilEnrolled(work, waitingSeats, 60_000 + retryAfterSeconds * 1000)
    const early = callsBetween(work, atMs, atMs + retryAfterSeconds * 1000).length
    return { early, refused: throttledCalls(work).length, missing: waitingSeats - work.enrolled() }
  } finally {
    await work.close()
  }
}

async function untilEnrolled(work: Work, seats: number, withinMs: number): Promise<void> {
  await until('all are enrolled', () => work.enrolled() === seats, { withinMs }).catch(() => undefined)
}
