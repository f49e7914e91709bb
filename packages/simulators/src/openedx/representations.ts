import { offeredModes } from './course-terms.ts'
import type { LmsCourse, LmsInvitation, LmsMode, LmsRow, LmsState, LmsUser } from './state.ts'

/** `course_details` of enrolments, and the whole answer of the course endpoint. */
export function courseDetails(lms: LmsState, course: LmsCourse, includeExpired: boolean) {
  return {
    course_id: course.key,
    course_name: course.name,
    enrollment_start: date(course.enrollmentStartMs),
    enrollment_end: date(course.enrollmentEndMs),
    course_start: null,
    course_end: null,
    invite_only: course.inviteOnly ?? false,
    pacing_type: 'Self Paced',
    course_modes: offeredModes(lms, course, includeExpired).map(modeDetails),
  }
}

/** One row as the row endpoint, the per-user list and POST show it. */
export function enrolment(lms: LmsState, row: LmsRow) {
  return {
    created: moment(row.createdAtMs),
    mode: row.mode,
    is_active: row.isActive,
    user: row.user.username,
    course_details: courseDetails(lms, row.course, false),
  }
}

/** One row as the paged list shows it. */
export function enrolmentLine(row: LmsRow) {
  const { mode, isActive, user, course } = row
  return { created: moment(row.createdAtMs), mode, is_active: isActive, user: user.username, course_id: course.key }
}

export function invitation({ email, course, autoEnroll, user, createdAtMs }: LmsInvitation) {
  return { email, course_id: course, auto_enroll: autoEnroll, user: user?.id ?? null, created: moment(createdAtMs) }
}

/** An account as staff see it. */
export function account({ username, email, id, isActive, country, joinedAtMs }: LmsUser) {
  return { username, email, id, is_active: isActive, name: username, country, date_joined: date(joinedAtMs) }
}

/** An account as everybody else sees it. */
export function sharedAccount({ username }: LmsUser) {
  return { username, profile_image: { has_image: false } }
}

export function courseListItem(course: LmsCourse) {
  return {
    id: course.key,
    course_id: course.key,
    name: course.name,
    enrollment_start: date(course.enrollmentStartMs),
    enrollment_end: date(course.enrollmentEndMs),
    start: null,
    end: null,
    invitation_only: course.inviteOnly ?? false,
  }
}

function modeDetails({ slug, price = 0, expiresAtMs }: LmsMode) {
  return {
    slug,
    name: slug[0]?.toUpperCase() + slug.slice(1),
    min_price: price,
    suggested_prices: '',
    currency: 'usd',
    expiration_datetime: date(expiresAtMs),
    description: null,
    sku: null,
    bulk_sku: null,
  }
}

/** With six decimals, as the database keeps moments. */
function moment(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}

/** Whole seconds, as operators set dates. */
function date(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
