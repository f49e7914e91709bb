import { isEntitled, noEnrolment, wanted, type Enrolment, type Seat } from '@seatkeeper/core'
import { moveByPolicy, type SeatPolicy } from './seat-policy.ts'

/**
 * How a seat that somebody else looked after stands at its LMS.
 *
 * `right`: as wanted. `better`: in a mode that is not ours to lower or end, so it is left alone. `no account`: paid, and
 * nobody to enrol. The others name what settling the seat would do.
 */
export type AdoptionVerdict = 'right' | 'better' | 'no account' | 'would enrol' | 'would end'

/** Pure; the rules by which a seat is settled. */
export function adoptionVerdict(
  seat: Seat,
  row: Enrolment,
  policy: Pick<SeatPolicy, 'lastClaimGone'>,
): AdoptionVerdict {
  if (seat.account === null) return isEntitled(seat) ? 'no account' : 'right'
  const move = moveByPolicy(seat, row, policy)
  if (move.kind === 'write') return isEntitled(seat) ? 'would enrol' : 'would end'
  const goal = wanted(seat.claims, seat.baseline ?? noEnrolment)
  const isTheirs = move.kind === 'foreign' || (goal.isActive && row.isActive && row.mode !== goal.mode)
  return isTheirs ? 'better' : 'right'
}

/** Whether settling such a seat would change anything outside. */
export function isAtRest(verdict: AdoptionVerdict): boolean {
  return verdict === 'right' || verdict === 'better'
}
