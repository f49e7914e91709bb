import { CourseMode, type CourseKey, type Courses, type CourseTerms } from '@seatkeeper/core'
import { z } from 'zod'
import { jsonOf } from './answer-body.ts'
import { readForm } from './answer-form.ts'
import { meaningOf } from './answers.ts'
import { LmsConfig } from './config.ts'
import { failureOfAnswer, failureOfLoss } from './failure.ts'
import { createHttpClient } from './http-client.ts'

/** What of an LMS's settings is needed to ask what it shows to anybody: no secret. The rest of the entry is left out. */
export const LmsAddress = z.object(
  LmsConfig.pick({ id: true, url: true, callTimeoutMs: true, closedCourse: true }).shape,
)
export type LmsAddress = z.output<typeof LmsAddress>

const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .nullable()

const Terms = z.object({
  enrollment_start: moment,
  enrollment_end: moment,
  invite_only: z.boolean(),
  course_modes: z.array(
    z.object({ slug: z.string(), min_price: z.number().nullish(), expiration_datetime: moment.optional() }),
  ),
})

/**
 * Reads on what terms course runs take learners.
 *
 * The LMS answers this to anybody, counts the calls by our address and allows 40 a minute, and its answers are up to a
 * minute old. Modes whose names our words cannot say are left out: nothing of ours sells them.
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `EnrollmentCourseDetailView`
 */
export function createCourses({ url, callTimeoutMs }: Pick<LmsAddress, 'url' | 'callTimeoutMs'>): Courses {
  const send = createHttpClient({ timeoutMs: callTimeoutMs })
  return {
    async readCourse(course, signal) {
      const path = `/api/enrollment/v1/course/${encodeURIComponent(course)}?include_expired=1`
      const fate = await send({ method: 'GET', url: `${url}${path}`, headers: {} }, signal)
      if (fate.kind === 'lost') throw failureOfLoss('readOpening', fate, signal)
      const { answer } = fate
      const code = meaningOf('readOpening', answer)
      if (code === 'absent') return undefined
      if (code === 'ok') return termsOf(course, jsonOf(answer))
      throw failureOfAnswer({ endpoint: 'readOpening', code, answer, nowMs: Date.now(), secrets: [] })
    },
  }
}

function termsOf(course: CourseKey, json: unknown): CourseTerms {
  const { enrollment_start, enrollment_end, invite_only, course_modes } = readForm(Terms, json)
  return {
    course,
    opensAtMs: enrollment_start,
    closesAtMs: enrollment_end,
    isInvitationOnly: invite_only,
    modes: course_modes.flatMap(({ slug, min_price, expiration_datetime }) => {
      const mode = CourseMode.safeParse(slug).data
      return mode === undefined ? [] : [{ mode, price: min_price ?? 0, expiresAtMs: expiration_datetime ?? null }]
    }),
  }
}
