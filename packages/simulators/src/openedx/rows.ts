import { defaultModeOf } from './course-terms.ts'
import { statesOfAddition, type EnrolmentState } from './enrolment-rules.ts'
import { findInvitation, findRow, sameText } from './state.ts'
import type { LmsCause, LmsCourse, LmsRow, LmsState, LmsUser } from './state.ts'

/** Whose row is written, and why. */
export interface RowWrite {
  readonly user: LmsUser
  readonly course: LmsCourse
  readonly cause: LmsCause
}

/** Brings a row into some states, one after another, and logs what each step did; creates the row if there is none. */
export function writeRow(lms: LmsState, write: RowWrite, states: readonly EnrolmentState[]): LmsRow {
  const row = findRow(lms, write.user, write.course.key) ?? createRow(lms, write, states[0]?.mode)
  for (const state of states) step(lms, row, state, write.cause)
  return row
}

/**
 * What happens when an account becomes active or changes its address: invitations that say so enrol it in the course's
 * default mode, also into full and closed courses; each is bound to the user from then on.
 *
 * @see edx-platform, `common/djangoapps/student/models/course_enrollment.py`, `CourseEnrollmentAllowed`
 */
export function acceptInvitations(lms: LmsState, user: LmsUser): void {
  const theirs = lms.invitations
    .at(user.email)
    .filter((one) => one.autoEnroll && (one.user === null || one.user === user) && sameText(lms, one.email, user.email))
  for (const invitation of theirs) {
    const course = lms.courses.get(invitation.course)
    if (course === undefined) continue
    invitation.user = user
    if (findRow(lms, user, course.key)?.isActive === true) continue
    const states = statesOfAddition(defaultModeOf(lms, course), { mode: null, isActive: null })
    writeRow(lms, { user, course, cause: 'invitation' }, states)
  }
}

function createRow(lms: LmsState, { user, course, cause }: RowWrite, mode = ''): LmsRow {
  const createdAtMs = lms.nowMs()
  const row: LmsRow = { id: lms.rows.length + 1, user, course, createdAtMs, mode, isActive: false, attributes: [] }
  lms.rows.push(row)
  lms.rowsOf.set(user, [...(lms.rowsOf.get(user) ?? []), row])
  const invitation = findInvitation(lms, user.email, course.key)
  if (invitation !== undefined) invitation.user ??= user
  log(lms, row, 'row-created', cause)
  return row
}

function step(lms: LmsState, row: LmsRow, next: EnrolmentState, cause: LmsCause): void {
  const before = { mode: row.mode, isActive: row.isActive }
  row.mode = next.mode
  row.isActive = next.isActive
  if (before.mode !== next.mode) log(lms, row, 'mode-changed', cause)
  if (before.isActive && !next.isActive) log(lms, row, 'deactivated', cause)
  if (before.isActive || !next.isActive) return
  log(lms, row, 'activated', cause)
  log(lms, row, 'mail', cause)
}

type RowEventKind = 'row-created' | 'activated' | 'deactivated' | 'mode-changed' | 'mail'

function log(lms: LmsState, row: LmsRow, kind: RowEventKind, cause: LmsCause): void {
  const { user, course, mode } = row
  lms.events.push({ atMs: lms.nowMs(), kind, username: user.username, course: course.key, mode, cause })
}
