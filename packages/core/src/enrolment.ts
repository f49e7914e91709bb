import type { CourseMode } from './ids.ts'

/** What an LMS holds for one learner in one course run. `mode` is null only where there is no row at all. */
export interface Enrolment {
  readonly isActive: boolean
  readonly mode: CourseMode | null
}

/** The LMS has no row for this learner and course run. */
export const noEnrolment: Enrolment = { isActive: false, mode: null }

/** From the least to the most; a mode not named here ranks above all, so that it is never lowered by us. */
const modesByWorth = ['audit', 'honor', 'verified', 'no-id-professional', 'professional', 'credit', 'masters']

/** How much a mode is worth; larger is better. Unknown modes rank highest. */
export function worthOfMode(mode: CourseMode): number {
  const place = modesByWorth.indexOf(mode)
  return place === -1 ? modesByWorth.length : place
}

/** The best of some modes; the first of equals. @throws RangeError if there is none. */
export function bestMode(modes: readonly CourseMode[]): CourseMode {
  const [first, ...rest] = modes
  if (first === undefined) throw new RangeError('bestMode needs at least one mode')
  return rest.reduce((best, mode) => (worthOfMode(mode) > worthOfMode(best) ? mode : best), first)
}

/** Whether two enrolments give the learner the same. Inactive ones do, whatever their mode. */
export function givesTheSame(one: Enrolment, other: Enrolment): boolean {
  return one.isActive === other.isActive && (!one.isActive || one.mode === other.mode)
}
