import {
  CourseKey,
  CourseMode,
  JobFailure,
  noEnrolment,
  type Enrolment,
  type EnrolmentRow,
  type Username,
} from '@seatkeeper/core'
import { z } from 'zod'
import { mismatch, readForm } from './answer-form.ts'
import type { Api } from './api.ts'
import type { RowName } from './joint-reads.ts'

const listPath = '/api/enrollment/v1/enrollments'

const Row = z.object({ user: z.string(), mode: z.string(), is_active: z.boolean(), course_id: z.string() })
type Row = z.output<typeof Row>

const Page = z.object({ next: z.string().nullable(), results: z.array(Row) })

/** Servers in front of an LMS refuse request lines that are longer than about 4,000 characters. */
const longestQuery = 3000
const mostNames = 100

/**
 * All rows of some learners, inactive ones included, newest first; names as they were asked for.
 *
 * Nobody is asked about without a name: the LMS would list everybody. More than a hundred names are asked for in parts.
 * Rows whose course or mode our words cannot say, such as courses with keys of the old form, are left out: they are no
 * seats of ours.
 *
 * @throws JobFailure LMS_ENDPOINT_MISSING if the LMS lists somebody else: a build that ignores the filter would have us
 * read its whole table.
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `CourseEnrollmentsApiListView`
 */
export async function readEnrolments(
  api: Api,
  usernames: readonly Username[],
  signal: AbortSignal,
): Promise<readonly EnrolmentRow[]> {
  if (usernames.length === 0) return []
  if (isTooLong(usernames)) {
    const middle = Math.ceil(usernames.length / 2)
    const first = await readEnrolments(api, usernames.slice(0, middle), signal)
    return [...first, ...(await readEnrolments(api, usernames.slice(middle), signal))]
  }
  const spellings = new Map(usernames.map((username) => [username.toLowerCase(), username]))
  const { rows } = await readPages(api, { usernames }, signal)
  return rows.flatMap((row) => {
    const username = spellings.get(row.user.toLowerCase())
    const found = enrolmentOf(row)
    return username === undefined || found === undefined ? [] : [{ username, ...found }]
  })
}

/** Learners with more rows than these pages hold read for themselves. */
const mostPages = 2

/**
 * Certain rows, in the order in which they are asked for; undefined where a list does not tell for certain: where a row is
 * spelled in another way, says what our words cannot, or may stand on a later page. Unknown learners and course runs read
 * as no enrolment.
 *
 * @param rows at least one.
 * @throws as `readEnrolments`.
 */
export async function readSomeRows(
  api: Api,
  rows: readonly RowName[],
  signal: AbortSignal,
): Promise<readonly (Enrolment | undefined)[]> {
  const usernames = [...new Set(rows.map(({ username }) => username))]
  if (isTooLong(usernames)) {
    const middle = Math.ceil(rows.length / 2)
    const first = await readSomeRows(api, rows.slice(0, middle), signal)
    return [...first, ...(await readSomeRows(api, rows.slice(middle), signal))]
  }
  const [course, ...others] = new Set(rows.map((row) => row.course))
  const asked = others.length === 0 && course !== undefined ? { usernames, course } : { usernames }
  const listed = await readPages(api, asked, signal, mostPages)
  return rows.map((row) => pick(row, listed))
}

/** Other characters in a name make the LMS refuse the whole list. */
export function isListable({ username }: RowName): boolean {
  return /^[\w.@+-]+$/.test(username)
}

function pick({ username, course }: RowName, { rows, isWhole }: Listed): Enrolment | undefined {
  const alike = rows.filter((row) => isAlike(row.user, username) && isAlike(row.course_id, course))
  const [row, ...more] = alike
  if (row === undefined) return isWhole ? noEnrolment : undefined
  if (more.length > 0 || row.user !== username || row.course_id !== course) return undefined
  return enrolmentOf(row)?.enrolment
}

function isAlike(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function isTooLong(usernames: readonly Username[]): boolean {
  if (usernames.length === 1) return false
  return usernames.length > mostNames || toQuery({ usernames }).toString().length > longestQuery
}

interface Asked {
  readonly usernames: readonly Username[]
  /** Of one course run only. */
  readonly course?: CourseKey
}

function toQuery({ usernames, course }: Asked): URLSearchParams {
  const query = new URLSearchParams({ username: usernames.join(',') })
  if (course !== undefined) query.set('course_id', course)
  return query
}

interface Listed {
  readonly rows: readonly Row[]
  /** False where there are more pages than were wanted. */
  readonly isWhole: boolean
}

/** Of the `next` address only the cursor is taken: an LMS behind a proxy may name a host that we must not call. */
async function readPages(api: Api, asked: Asked, signal: AbortSignal, most = Infinity): Promise<Listed> {
  const query = toQuery(asked)
  const names = new Set(asked.usernames.map((username) => username.toLowerCase()))
  const rows: Row[] = []
  for (let pages = 1; ; pages += 1) {
    const path = `${listPath}?${query.toString()}`
    const page = readForm(Page, await api({ endpoint: 'readEnrolments', method: 'GET', path }, signal))
    if (page.results.some(({ user }) => !names.has(user.toLowerCase())))
      throw new JobFailure('LMS_ENDPOINT_MISSING', 'the list of enrolments ignores whom it is asked about')
    rows.push(...page.results)
    if (page.next === null || pages === most) return { rows, isWhole: page.next === null }
    const cursor = URL.parse(page.next, 'https://lms.invalid')?.searchParams.get('cursor')
    if (cursor === undefined || cursor === null || cursor === query.get('cursor')) throw mismatch(['next'])
    query.set('cursor', cursor)
  }
}

function enrolmentOf(row: Row): Pick<EnrolmentRow, 'course' | 'enrolment'> | undefined {
  const course = CourseKey.safeParse(row.course_id)
  const mode = CourseMode.safeParse(row.mode)
  if (!course.success || !mode.success) return undefined
  return { course: course.data, enrolment: { isActive: row.is_active, mode: mode.data } }
}
