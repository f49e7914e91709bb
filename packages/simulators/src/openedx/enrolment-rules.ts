/** The two facts of one row of the enrolment table. */
export interface EnrolmentState {
  readonly mode: string
  readonly isActive: boolean
}

/** What a POST asks for; null where it says nothing. */
export interface EnrolmentWish {
  readonly mode: string | null
  readonly isActive: boolean | null
  /** Opens closed and invitation-only courses and expired modes, for additions only. */
  readonly force: boolean
  /** Attributes were sent, the mode is `credit`, and its provider is not among them. */
  readonly lacksCreditProvider: boolean
}

/** What the course allows at this moment. */
export interface CourseTerms {
  readonly defaultMode: string
  /** Every mode the course has, expired ones too. */
  readonly listed: readonly string[]
  readonly unexpired: readonly string[]
  readonly isFull: boolean
  /** A plugin of the site forbids new enrolments. */
  readonly isFiltered: boolean
}

/** All that the rules look at besides the wish. */
export interface Situation {
  readonly row: EnrolmentState | undefined
  readonly course: CourseTerms
  /** Invited, staff, or the course is open to all; without regard to `force`. */
  readonly learnerMayEnrol: boolean
  readonly callerIsStaff: boolean
}

/** Why nothing was written. */
export type EnrolmentRefusal =
  'mode-mismatch' | 'mode-unavailable' | 'attributes-missing' | 'filtered' | 'closed-to-learner' | 'full'

/** What becomes of a POST; `states` are written one after another, each with its own events. */
export type Ruling =
  | { readonly kind: 'write'; readonly states: readonly EnrolmentState[] }
  | { readonly kind: 'already-enrolled' }
  | { readonly kind: 'refused'; readonly why: EnrolmentRefusal }

/**
 * The heart of the enrolment endpoint, hazards included.
 *
 * Staff whose wish differs from the row update it, without a look at window, capacity or invitation. Everything else
 * adds: also a repeated enrolment (refused once the course is closed), and a repeated deactivation (which activates
 * first).
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `EnrollmentListView.post`
 */
export function ruleEnrolment(situation: Situation, wish: EnrolmentWish): Ruling {
  const { row, callerIsStaff } = situation
  if (row === undefined || !callerIsStaff) return ruleAddition(situation, wish)
  const changesMode = wish.mode !== null && wish.mode !== row.mode
  const changesActivity = wish.isActive !== null && wish.isActive !== row.isActive
  if (changesMode && changesActivity && !wish.isActive) return refused('mode-mismatch')
  return changesMode || changesActivity ? ruleUpdate(row, situation.course, wish) : ruleAddition(situation, wish)
}

/** What enrolling does once nothing stands in its way: active in the default mode first, then as wished. */
export function statesOfAddition(defaultMode: string, wish: Pick<EnrolmentWish, 'mode' | 'isActive'>) {
  const first: EnrolmentState = { mode: defaultMode, isActive: true }
  const last: EnrolmentState = { mode: wish.mode ?? defaultMode, isActive: wish.isActive ?? true }
  return last.mode === first.mode && last.isActive ? [first] : [first, last]
}

function ruleAddition({ row, course, learnerMayEnrol }: Situation, wish: EnrolmentWish): Ruling {
  const offered = wish.force || wish.isActive === false ? course.listed : course.unexpired
  if (!offered.includes(wish.mode ?? course.defaultMode)) return refused('mode-unavailable')
  if (course.isFiltered) return refused('filtered')
  if (!learnerMayEnrol && !wish.force) return refused('closed-to-learner')
  if (course.isFull) return refused('full')
  if (row?.isActive === true) return { kind: 'already-enrolled' }
  return { kind: 'write', states: statesOfAddition(course.defaultMode, wish) }
}

function ruleUpdate(row: EnrolmentState, course: CourseTerms, wish: EnrolmentWish): Ruling {
  if (wish.lacksCreditProvider) return refused('attributes-missing')
  const offered = wish.isActive === false ? course.listed : course.unexpired
  if (wish.mode !== null && !offered.includes(wish.mode)) return refused('mode-unavailable')
  return { kind: 'write', states: [{ mode: wish.mode ?? row.mode, isActive: wish.isActive ?? row.isActive }] }
}

function refused(why: EnrolmentRefusal): Ruling {
  return { kind: 'refused', why }
}
