import {
  givesTheSame,
  wanted,
  type ClaimStanding,
  type CourseMode,
  type FailureCode,
  type Telling,
} from '@seatkeeper/core'

/**
 * What has become of a paid unit: `enrolled` as it should be; `ended` with its money; `kept`, ended here while something
 * else still gives the learner the course; waiting in one of three ways; `denied` by an operator; `different`, because the
 * LMS holds an enrolment that is not ours to change; `failed` for good.
 */
export type CourseState =
  'enrolled' | 'ended' | 'kept' | 'not-registered' | 'opens-later' | 'waiting' | 'denied' | 'different' | 'failed'

/** Units of one order that came to the same. */
export interface CourseOutcome {
  readonly course: string
  readonly mode: CourseMode
  readonly state: CourseState
  /** Why, where it failed. */
  readonly code: FailureCode | null
  readonly units: number
}

/** What has become of an order, as far as its shop is concerned. Names no person. */
export interface ShopOutcome {
  readonly courses: readonly CourseOutcome[]
  /** Paid, and nobody's yet. */
  readonly openSeats: number
  /** Why the order itself could not be understood or read. */
  readonly failure: FailureCode | null
}

/** Whether nothing of an order is being worked on, so that there is an outcome. */
export function isAtRest({ status, claims }: Pick<Telling, 'status' | 'claims'>): boolean {
  return status !== 'due' && claims.every((claim) => claim.status !== 'due')
}

/** What an order at rest has come to. Pure; equal facts in another order come to the same. */
export function shopOutcome({ claims, open, failure }: Pick<Telling, 'claims' | 'open' | 'failure'>): ShopOutcome {
  const units = claims.map(outcomeOfUnit)
  const groups = Map.groupBy(units, ({ course, mode, state, code }) => [course, mode, state, code].join(' '))
  const courses = [...groups]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, same]) => same.slice(0, 1).map((course) => ({ ...course, units: same.length })))
  return { courses, openSeats: open.length, failure }
}

/** Whether there is nothing to say of an order. */
export function isQuiet({ courses, openSeats, failure }: ShopOutcome): boolean {
  return courses.length === 0 && openSeats === 0 && failure === null
}

/** Whether every course that is still paid for is really enrolled, and there is one. */
export function isFulfilled({ courses, openSeats, failure }: ShopOutcome): boolean {
  const isDone = courses.every(({ state }) => state === 'enrolled' || state === 'ended' || state === 'kept')
  return isDone && courses.some(({ state }) => state === 'enrolled') && openSeats === 0 && failure === null
}

/** Whether a course line failed for good; a shop that could not be read is no failure of a line. */
export function hasFailed({ courses, failure }: ShopOutcome): boolean {
  return courses.some(({ state }) => state === 'failed') || (failure !== null && ofLines.has(failure))
}

const ofLines: ReadonlySet<FailureCode> = new Set(['ORDER_LINE_UNKNOWN', 'ORDER_WITHOUT_LEARNER'])

function outcomeOfUnit(claim: ClaimStanding): Omit<CourseOutcome, 'units'> {
  const [, , , , , course = ''] = claim.key.split('/')
  return { course, mode: claim.mode, state: stateOf(claim), code: claim.failure }
}

function stateOf({ access, seat, status, waitReason }: ClaimStanding): CourseState {
  if (status === 'dead') return 'failed'
  if (access === 'withdrawn') return seat.applied?.isActive === true ? 'kept' : 'ended'
  if (seat.claims.some((claim) => claim.access === 'denied')) return 'denied'
  if (status === 'waiting') return waits.get(waitReason ?? '') ?? 'waiting'
  const isAsWanted =
    seat.applied !== null && givesTheSame(seat.applied, wanted(seat.claims, seat.baseline ?? undefined))
  return isAsWanted ? 'enrolled' : 'different'
}

const waits: ReadonlyMap<string, CourseState> = new Map([
  ['no-account', 'not-registered'],
  ['enrolment-opens-later', 'opens-later'],
])
