import { throttled } from './admission.ts'
import { complaint } from './enrolment-request.ts'
import { json, type Answer, type Call } from './http.ts'
import { courseDetails, courseListItem } from './representations.ts'
import type { LmsState } from './state.ts'
import type { Throttle } from './throttle.ts'

const cachedForMs = 60_000

/** Answers a course's modes and window to anybody, authentication ignored, as they were up to a minute ago. */
export function getCourse(lms: LmsState, call: Call, throttle: Throttle): Answer {
  const admission = throttle.slidingMinute(`address_${call.address}`, lms.settings.userCallsPerMinute)
  if (!admission.admitted) return throttled('detail', lms, admission.waitSeconds)
  const courseKey = call.path.replace('/api/enrollment/v1/course/', '')
  const includeExpired = ['1', 'true'].includes(call.query.get('include_expired') ?? '')
  const cacheKey = `${courseKey} ${includeExpired}`
  const cached = lms.courseDetailsCache.get(cacheKey)
  if (cached !== undefined && cached.untilMs > lms.nowMs()) return json(200, cached.details)
  const course = lms.courses.get(courseKey)
  if (course === undefined) return complaint(400, `No course found for course ID '${courseKey}'`)
  const details = courseDetails(lms, course, includeExpired)
  lms.courseDetailsCache.set(cacheKey, { untilMs: lms.nowMs() + cachedForMs, details })
  return json(200, details)
}

/** Answers one page of the catalogue, at most a hundred courses, without modes. */
export function listCourses(lms: LmsState, { path, query }: Call): Answer {
  const pageSize = Math.min(Math.max(Number(query.get('page_size')) || 10, 1), 100)
  const page = Number(query.get('page') ?? '1')
  const courses = [...lms.courses.values()]
  const pages = Math.max(Math.ceil(courses.length / pageSize), 1)
  if (!(page >= 1 && page <= pages)) return json(404, { developer_message: 'Invalid page.' })
  const urlOf = (number: number) =>
    number < 1 || number > pages ? null : `${lms.url}${path}?page=${number}&page_size=${pageSize}`
  return json(200, {
    results: courses.slice((page - 1) * pageSize, page * pageSize).map(courseListItem),
    pagination: { next: urlOf(page + 1), previous: urlOf(page - 1), count: courses.length, num_pages: pages },
  })
}
