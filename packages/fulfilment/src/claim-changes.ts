import { CourseKey, LineId, LmsId, type Access, type Plan } from '@seatkeeper/core'

/** What applying a plan would do to one claim. */
export interface ClaimChange {
  readonly line: LineId
  readonly unit: number
  readonly lms: LmsId
  readonly course: CourseKey
  readonly to: Access
}

/**
 * What a full reading would change about an order's claims.
 *
 * Pure; the ledger's own rule for applying one. A withdrawn unit that never had a claim gets none, a unit that is
 * nobody's yet neither, and what is not listed loses its access once the order is decided. A claim that only moves to
 * another learner is no change here.
 */
export function claimChanges(
  { claims, decided }: Pick<Plan, 'claims' | 'decided'>,
  current: ReadonlyMap<string, Access>,
): readonly ClaimChange[] {
  const planned = new Set(claims.map(({ key }) => key))
  const listed = claims
    .filter(({ key, learner, access }) => {
      const before = current.get(key)
      if (access === 'withdrawn') return before === 'granted'
      return before !== 'granted' && (before !== undefined || learner !== null)
    })
    .map(({ key, access }) => changeOf(key, access))
  const unlisted = [...current].filter(([key, access]) => decided && access === 'granted' && !planned.has(key))
  return [...listed, ...unlisted.map(([key]) => changeOf(key, 'withdrawn'))]
}

/** What an order that the shop deleted loses. */
export const deletion: Pick<Plan, 'claims' | 'decided'> = { claims: [], decided: true }

/** See `claimKey` in core: its parts hold no slash. */
function changeOf(key: string, to: Access): ClaimChange {
  const [, , line, unit, lms, course] = key.split('/')
  return {
    line: LineId.parse(line),
    unit: Number(unit),
    lms: LmsId.parse(lms),
    course: CourseKey.parse(course),
    to,
  }
}
