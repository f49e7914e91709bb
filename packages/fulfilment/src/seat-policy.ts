import { nextMove, worthOfMode, type CourseMode, type Enrolment, type Move, type Seat } from '@seatkeeper/core'

/** What the operator of an LMS decided about seats. */
export interface SeatPolicy {
  /** A course run that is closed or by invitation only: leave the sale to a person, or enrol all the same. */
  readonly closedCourse: 'refuse' | 'force'
  /** An enrolment of ours that nothing paid speaks for any more: end it, or leave the learner a lesser mode. */
  readonly lastClaimGone: 'deactivate' | { readonly downgradeTo: CourseMode }
}

/**
 * What brings a row to what is wanted of its seat, by `nextMove` and the operator's policy.
 *
 * Pure. A downgrade takes the place of an end: it never raises a mode, never brings an ended row back, and leaves alone
 * what is not ours. An operator's denial ends the row whatever the policy.
 */
export function moveByPolicy(
  seat: Seat,
  current: Enrolment,
  { lastClaimGone }: Pick<SeatPolicy, 'lastClaimGone'>,
): Move {
  const move = nextMove(seat, current)
  const ends = move.kind === 'foreign' || (move.kind === 'write' && !move.isActive)
  if (lastClaimGone === 'deactivate' || !ends || current.mode === null || isDenied(seat)) return move
  const { downgradeTo } = lastClaimGone
  if (current.mode === downgradeTo) return { kind: 'none' }
  if (move.kind === 'foreign') return move
  if (worthOfMode(current.mode) <= worthOfMode(downgradeTo)) return { kind: 'none' }
  return { kind: 'write', isActive: true, mode: downgradeTo }
}

function isDenied({ claims }: Seat): boolean {
  return claims.some(({ access }) => access === 'denied')
}
