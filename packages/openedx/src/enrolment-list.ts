import { CourseKey, CourseMode, JobFailure, type EnrolmentRow, type Username } from '@seatkeeper/core'
import { z } from 'zod'
import { mismatch, readForm } from './answer-form.ts'
import type { Api } from './api.ts'

const listPath = '/api/enrollment/v1/enrollments'

const Page = z.object({
  next: z.string().nullable(),
  results: z.array(z.object({ user: z.string(), mode: z.string(), is_active: z.boolean(), course_id: z.string() })),
})
type Page = z.output<typeof Page>

/** Servers in front of an LMS refuse request lines that are longer than about 4,000 characters. */
const longestQuery = 3000

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
  const query = new URLSearchParams({ username: usernames.join(',') })
  if (usernames.length > 1 && (usernames.length > 100 || query.toString().length > longestQuery)) {
    const middle = Math.ceil(usernames.length / 2)
    const first = await readEnrolments(api, usernames.slice(0, middle), signal)
    return [...first, ...(await readEnrolments(api, usernames.slice(middle), signal))]
  }
  return readPages(api, query, spellingsOf(usernames), signal)
}

/** Names as we know them, by what the LMS may make of them: most of its databases do not tell cases apart. */
type Spellings = ReadonlyMap<string, Username>

function spellingsOf(usernames: readonly Username[]): Spellings {
  return new Map(usernames.map((username) => [username.toLowerCase(), username]))
}

/** Of the `next` address only the cursor is taken: an LMS behind a proxy may name a host that we must not call. */
async function readPages(
  api: Api,
  query: URLSearchParams,
  spellings: Spellings,
  signal: AbortSignal,
): Promise<readonly EnrolmentRow[]> {
  const rows: EnrolmentRow[] = []
  for (;;) {
    const path = `${listPath}?${query.toString()}`
    const page = readForm(Page, await api({ endpoint: 'readEnrolments', method: 'GET', path }, signal))
    rows.push(...page.results.flatMap((row) => readRow(row, spellings)))
    if (page.next === null) return rows
    const cursor = URL.parse(page.next, 'https://lms.invalid')?.searchParams.get('cursor')
    if (cursor === undefined || cursor === null || cursor === query.get('cursor')) throw mismatch(['next'])
    query.set('cursor', cursor)
  }
}

function readRow(row: Page['results'][number], spellings: Spellings): readonly EnrolmentRow[] {
  const username = spellings.get(row.user.toLowerCase())
  if (username === undefined)
    throw new JobFailure('LMS_ENDPOINT_MISSING', 'the list of enrolments ignores whom it is asked about')
  const course = CourseKey.safeParse(row.course_id)
  const mode = CourseMode.safeParse(row.mode)
  if (!course.success || !mode.success) return []
  return [{ username, course: course.data, enrolment: { isActive: row.is_active, mode: mode.data } }]
}
