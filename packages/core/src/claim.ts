import { bestMode, noEnrolment, type Enrolment } from './enrolment.ts'
import type { CourseKey, CourseMode, LineId, LmsId, OrderRef } from './ids.ts'

/** Whether a paid unit entitles its learner, or does so no longer. */
export type Access = 'granted' | 'withdrawn'

/** What a claim does to its seat. Only an operator can deny. */
export type ClaimAccess = Access | 'denied'

/** One course run on one LMS: what a line of an order can sell. */
export interface CourseItem {
  readonly lms: LmsId
  readonly course: CourseKey
  readonly mode: CourseMode
}

/** What one paid unit entitles somebody to. Its key names store, order, line, unit and item. */
export interface Claim {
  readonly key: string
  readonly access: ClaimAccess
  readonly mode: CourseMode
}

/** Key of a claim: one per unit of a line and course run. Stored data; parts cannot contain a slash. */
export function claimKey({ store, order }: OrderRef, line: LineId, unit: number, item: CourseItem): string {
  return [store, order, line, unit, item.lms, item.course].join('/')
}

/** Whether a claim stands on this order. */
export function isClaimOf({ store, order }: OrderRef, key: string): boolean {
  return key.startsWith(`${store}/${order}/`)
}

/** Key of the one claim that an operator can make on a seat. Begins unlike any store's name. Stored data. */
export const operatorClaimKey = '~operator/decision'

/** Whether a claim is an order's, not an operator's. */
export function isOrderClaim(key: string): boolean {
  return key !== operatorClaimKey
}

/**
 * What one seat should be, given everything that speaks for it.
 *
 * Pure. Denied by an operator: nothing. Else the best mode among live claims; else what the learner had before us
 * (nothing, where we never looked).
 */
export function wanted(claims: readonly Claim[], baseline: Enrolment = noEnrolment): Enrolment {
  if (claims.some((claim) => claim.access === 'denied')) return noEnrolment
  const live = claims.filter((claim) => claim.access === 'granted')
  return live.length > 0 ? { isActive: true, mode: bestMode(live.map(({ mode }) => mode)) } : baseline
}
