import type { CourseKey, Lms } from '@seatkeeper/core'
import { z } from 'zod'
import { readForm } from './answer-form.ts'
import type { Api } from './api.ts'
import { unlessAborted } from './unless-aborted.ts'

const Course = z.object({ enrollment_start: z.iso.datetime({ offset: true }).nullable() })

/** As long as the LMS itself keeps its answer. */
const keptMs = 60_000

/**
 * Reads when course runs open for enrolment; null for an unknown course run, too.
 *
 * The LMS answers this to anybody, counts the calls by our address and allows few. So an answer serves everybody in
 * this process for a minute, and callers who ask at the same time share one call. Failures are not kept.
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `EnrollmentCourseDetailView`
 */
export function createOpenings(api: Api, nowMs: () => number): Lms['readOpening'] {
  const kept = new Map<CourseKey, { readonly opening: Promise<number | null>; readonly untilMs: number }>()

  function ask(course: CourseKey): Promise<number | null> {
    const opening = readOpening(api, course)
    kept.set(course, { opening, untilMs: nowMs() + keptMs })
    opening.catch(() => kept.delete(course))
    return opening
  }

  return async (course, signal) => {
    const known = kept.get(course)
    const opening = known !== undefined && known.untilMs > nowMs() ? known.opening : ask(course)
    return unlessAborted(opening, signal)
  }
}

/** Shared by callers, so tied to none of them; the HTTP client's own limit ends it. */
async function readOpening(api: Api, course: CourseKey): Promise<number | null> {
  const path = `/api/enrollment/v1/course/${encodeURIComponent(course)}?include_expired=1`
  const json = await api({ endpoint: 'readOpening', method: 'GET', path }, new AbortController().signal)
  if (json === undefined) return null
  const { enrollment_start: opening } = readForm(Course, json)
  return opening === null ? null : Date.parse(opening)
}
