import { bestMode, noEnrolment, type Enrolment } from './enrolment.ts'
import type { CourseKey, CourseMode, LineId, LmsId, OrderRef } from './ids.ts'

/** Whether a paid unit entitles its learner, or does so no longer. */
export type Access = 'granted' | 'withdrawn'

/** One course run on one LMS: what a line of an order can sell. */
export interface CourseItem {
  readonly lms: LmsId
  readonly course: CourseKey
  readonly mode: CourseMode
}

/** What one paid unit entitles somebody to. Its key names store, order, line, unit and item. */
export interface Claim {
  readonly key: string
  readonly access: Access
  readonly mode: CourseMode
}

/** Key of a claim: one per unit of a line and course run. Stored data; parts cannot contain a slash. */
export function claimKey({ store, order }: OrderRef, line: LineId, unit: number, item: CourseItem): string {
  return [store, order, line, unit, item.lms, item.course].join('/')
}

/**
 * What one seat should be, given everything that speaks for it.
 *
 * Pure. The best mode among live claims; else what the learner had before us (nothing, where we never looked).
 */
export function wanted(claims: readonly Claim[], baseline: Enrolment = noEnrolment): Enrolment {
  const live = claims.filter((claim) => claim.access === 'granted')
  return live.length > 0 ? { isActive: true, mode: bestMode(live.map(({ mode }) => mode)) } : baseline
}
