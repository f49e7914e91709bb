import { isCourseKey } from './course-key.ts'
import { empty, json, page, type Answer, type Call } from './http.ts'
import { enrolment, enrolmentLine } from './representations.ts'
import { findByUsername, findRow, sameText, type LmsRow, type LmsState, type LmsUser } from './state.ts'

/** The row endpoint's address: a user and a course, or the caller's own row. At least three parts make a course. */
export const rowPath = /^\/api\/enrollment\/v1\/enrollment\/(?:([\w.@+-]+),)?([^/+]+[/+][^/+]+[/+][^/?]+)$/

/** Answers one row, active or not; nothing at all where there is no row, no such user or no such course. */
export function getEnrolment(lms: LmsState, call: Call, caller: LmsUser): Answer {
  const [, username = caller.username, courseKey = ''] = rowPath.exec(call.path) ?? []
  if (username !== caller.username && !caller.isStaff) return empty(404)
  if (!isCourseKey(courseKey)) return page(500)
  const user = findByUsername(lms, username)
  const row = user && findRow(lms, user, courseKey)
  return row === undefined ? empty(200) : json(200, enrolment(lms, row))
}

/** Answers the active rows of one user, the caller if none is named; nobody but staff sees another's. */
export function listEnrolmentsOfUser(lms: LmsState, call: Call, caller: LmsUser): Answer {
  const username = call.query.get('user') ?? caller.username
  const user = findByUsername(lms, username)
  const ofUser = (user && lms.rowsOf.get(user)) ?? []
  const isVisible = user === caller || caller.isStaff
  const rows = isVisible ? ofUser.filter(({ isActive }) => isActive) : []
  return json(
    200,
    rows.map((row) => enrolment(lms, row)),
  )
}

const pageSize = 100
const maxUsernames = 100

/**
 * Answers rows, inactive ones too, newest first, a hundred at a time; `previous` is always null here.
 *
 * Builds before 2023 ignore `email` and `course_ids`, so they list everybody.
 */
export function listEnrolments(lms: LmsState, call: Call): Answer {
  const errors = refuseFilters(call.query)
  if (errors !== undefined) return json(400, { field_errors: errors })
  const before = readCursor(call.query.get('cursor'))
  const matching = lms.rows.filter((row) => matches(lms, call.query, row) && row.id < before)
  const shown = matching.toReversed().slice(0, pageSize)
  const next = matching.length > pageSize ? nextUrl(lms, call, shown.at(-1)) : null
  return json(200, { next, previous: null, results: shown.map(enrolmentLine) })
}

/** @see edx-platform, `openedx/core/djangoapps/enrollments/forms.py`, `CourseEnrollmentsApiListForm` */
function refuseFilters(query: URLSearchParams): Record<string, { developer_message: string }> | undefined {
  const usernames = list(query, 'username')
  const courseKey = query.get('course_id')
  if (usernames.length > maxUsernames) {
    const found = `Too many usernames in a single request - ${usernames.length}.`
    return { username: { developer_message: `${found} A maximum of ${maxUsernames} is allowed` } }
  }
  if (usernames.some((username) => !/^[\w.@+-]+$/.test(username))) {
    return {
      username: { developer_message: 'Usernames can only contain letters, numerals, and @/./+/-/_ characters.' },
    }
  }
  if (courseKey && !isCourseKey(courseKey)) {
    return { course_id: { developer_message: `'${courseKey}' is not a valid course id.` } }
  }
  return undefined
}

function matches(lms: LmsState, query: URLSearchParams, { user, course }: LmsRow): boolean {
  const isOld = lms.settings.profile === 'pre2023'
  const usernames = list(query, 'username')
  const emails = isOld ? [] : list(query, 'email')
  const courseKeys = [...list(query, 'course_id'), ...(isOld ? [] : list(query, 'course_ids'))]
  const isAmong = (wanted: readonly string[], text: string) =>
    wanted.length === 0 || wanted.some((one) => sameText(lms, one, text))
  return (
    isAmong(usernames, user.username) &&
    isAmong(emails, user.email) &&
    (courseKeys.length === 0 || courseKeys.includes(course.key))
  )
}

function list(query: URLSearchParams, name: string): readonly string[] {
  return (
    query
      .get(name)
      ?.split(',')
      .filter((part) => part !== '') ?? []
  )
}

function readCursor(cursor: string | null): number {
  return cursor === null ? Infinity : Number(Buffer.from(cursor, 'base64').toString().replace('p=', ''))
}

function nextUrl(lms: LmsState, { path, query }: Call, last: LmsRow | undefined): string {
  const next = new URLSearchParams(query)
  next.set('cursor', Buffer.from(`p=${last?.id}`).toString('base64'))
  return `${lms.url}${path}?${next.toString()}`
}
