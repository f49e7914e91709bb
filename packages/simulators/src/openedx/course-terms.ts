import type { CourseTerms } from './enrolment-rules.ts'
import { findInvitation, type LmsCourse, type LmsMode, type LmsState, type LmsUser } from './state.ts'

/** Modes that can be had; a course without any offers the site's default mode alone. */
export function offeredModes(lms: LmsState, course: LmsCourse, includeExpired: boolean): readonly LmsMode[] {
  const now = lms.nowMs()
  const offered = course.modes.filter(({ expiresAtMs = Infinity }) => includeExpired || expiresAtMs > now)
  return offered.length > 0 ? offered : [{ slug: lms.settings.defaultMode }]
}

/** What an enrolment without a mode becomes; the site's default even where the course does not offer it. */
export function defaultModeOf(lms: LmsState, course: LmsCourse): string {
  const offered = new Set(offeredModes(lms, course, false).map(({ slug }) => slug))
  return [lms.settings.defaultMode, 'audit', 'honor'].find((slug) => offered.has(slug)) ?? lms.settings.defaultMode
}

export function termsOf(lms: LmsState, course: LmsCourse): CourseTerms {
  return {
    defaultMode: defaultModeOf(lms, course),
    listed: offeredModes(lms, course, true).map(({ slug }) => slug),
    unexpired: offeredModes(lms, course, false).map(({ slug }) => slug),
    isFull: isFull(lms, course),
    isFiltered: course.filterMessage !== undefined,
  }
}

/** Invited, staff, or anybody while the course is open. The caller's own rights do not count. */
export function mayEnrol(lms: LmsState, user: LmsUser, course: LmsCourse): boolean {
  const invitation = findInvitation(lms, user.email, course.key)
  const isInvited = invitation !== undefined && (invitation.user === null || invitation.user === user)
  if (isInvited || user.isStaff) return true
  const now = lms.nowMs()
  const { inviteOnly = false, enrollmentStartMs = -Infinity, enrollmentEndMs = Infinity } = course
  return !inviteOnly && enrollmentStartMs <= now && now < enrollmentEndMs
}

export function isEmbargoed(lms: LmsState, user: LmsUser, { embargoedCountries = [] }: LmsCourse): boolean {
  const countries = [user.country, lms.settings.callerCountry]
  return countries.some((country) => country !== null && embargoedCountries.includes(country))
}

function isFull(lms: LmsState, { key, capacity }: LmsCourse): boolean {
  if (capacity === undefined) return false
  const taken = lms.rows.filter((row) => row.course.key === key && row.isActive && !row.user.isStaff)
  return taken.length >= capacity
}
