import { worthOfMode, type Enrolment } from './enrolment.ts'
import type { CourseMode } from './ids.ts'
import type { Seat } from './seat.ts'
import { wanted } from './claim.ts'

/** What has to be done about one row at the LMS. `foreign`: it should end, but it is not ours to end. */
export type Move =
  | { readonly kind: 'none' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'write'; readonly isActive: boolean; readonly mode: CourseMode }

const none: Move = { kind: 'none' }

/**
 * What brings the LMS's row to what is wanted of a seat, without lowering or ending what others gave.
 *
 * Pure. A row is ours if it has a mode that a claim of this seat had or that we wrote last, or if our invitation made it. An
 * operator's denial ends any row.
 */
export function nextMove(seat: Seat, current: Enrolment): Move {
  const goal = wanted(seat.claims, seat.baseline ?? undefined)
  const isOurs = current.mode !== null && modesOfOurs(seat).includes(current.mode)
  if (!current.isActive) return isEntitled(seat) ? activate(goal) : none
  if (goal.isActive) return goal.mode === current.mode || !mayReplace(goal, current, isOurs) ? none : activate(goal)
  if (!isOurs && !seat.invited && !isDenied(seat)) return { kind: 'foreign' }
  return current.mode === null ? none : { kind: 'write', isActive: false, mode: current.mode }
}

function activate({ mode }: Enrolment): Move {
  return mode === null ? none : { kind: 'write', isActive: true, mode }
}

/** Better is always allowed; worse only where what is there came from us. */
function mayReplace(goal: Enrolment, current: Enrolment, isOurs: boolean): boolean {
  if (goal.mode === null || current.mode === null) return true
  return isOurs || worthOfMode(goal.mode) > worthOfMode(current.mode)
}

/** What the learner had before we came is not ours, even where we sold the same. */
function modesOfOurs({ claims, applied, attempted, baseline }: Seat): readonly (CourseMode | null)[] {
  const modes = [...claims.map(({ mode }) => mode), applied?.mode ?? null, attempted?.mode ?? null]
  return baseline?.isActive === true ? modes.filter((mode) => mode !== baseline.mode) : modes
}

/** Whether a live claim speaks for the seat and no operator against it. */
export function isEntitled(seat: Pick<Seat, 'claims'>): boolean {
  return seat.claims.some(({ access }) => access === 'granted') && !isDenied(seat)
}

function isDenied({ claims }: Pick<Seat, 'claims'>): boolean {
  return claims.some(({ access }) => access === 'denied')
}
