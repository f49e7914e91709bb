import {
  CourseMode,
  JobFailure,
  noEnrolment,
  type CourseKey,
  type Enrolment,
  type EnrolmentWrite,
  type Username,
} from '@seatkeeper/core'
import { z } from 'zod'
import { mismatch, readForm } from './answer-form.ts'
import type { Api } from './api.ts'

const enrolmentPath = '/api/enrollment/v1/enrollment'

const Row = z.object({
  user: z.string(),
  mode: CourseMode,
  is_active: z.boolean(),
  course_details: z.object({ course_id: z.string() }),
})

type Seat = Pick<EnrolmentWrite, 'username' | 'course'>

/**
 * What the LMS holds for one learner in one course run.
 *
 * An unknown user or course run reads as no enrolment, too: this endpoint does not tell them apart.
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `EnrollmentView.get`
 */
export async function readEnrolment(
  api: Api,
  username: Username,
  course: CourseKey,
  signal: AbortSignal,
): Promise<Enrolment> {
  const path = `${enrolmentPath}/${encodeURIComponent(username)},${encodeURIComponent(course)}`
  const json = await api({ endpoint: 'readEnrolment', method: 'GET', path }, signal)
  return json === undefined ? noEnrolment : readRow(json, { username, course })
}

/**
 * Writes one row and verifies the answer against what was asked.
 *
 * User, mode and activity are always sent: without a user the LMS enrols the caller, without a mode it may overwrite a
 * paid one. Only a course run that no longer lists the mode is deactivated without it. `force_enrollment` goes with
 * activations only, where it is asked for.
 *
 * `enrollment_attributes` replace all that a row has, such as the provider that a credit enrolment needs. So they go with
 * the first write of a row only, and never with credit.
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `EnrollmentListView.post`
 */
export async function writeEnrolment(api: Api, write: EnrolmentWrite, signal: AbortSignal): Promise<void> {
  try {
    await postRow(api, write, { mode: write.mode }, signal)
  } catch (thrown) {
    const isDelisted = thrown instanceof JobFailure && thrown.code === 'LMS_MODE_UNAVAILABLE'
    if (write.isActive || !isDelisted) throw thrown
    await deactivateDelisted(api, write, signal)
  }
}

/**
 * Deactivates a row whose mode the course run no longer lists; makes up to two calls more.
 *
 * Left out, the mode is not checked; but on a row that is inactive already that would set the default mode. So the row
 * is read again right before.
 */
async function deactivateDelisted(api: Api, write: EnrolmentWrite, signal: AbortSignal): Promise<void> {
  const found = await readEnrolment(api, write.username, write.course, signal)
  if (!found.isActive) return
  if (found.mode !== write.mode) throw new JobFailure('LMS_ERROR', 'the enrolment changed while it was being written')
  await postRow(api, write, {}, signal)
}

async function postRow(
  api: Api,
  write: EnrolmentWrite,
  mode: { readonly mode?: CourseMode },
  signal: AbortSignal,
): Promise<void> {
  const { username, course, isActive, isForced = false } = write
  const force = isActive && isForced ? { force_enrollment: true } : {}
  const row = { user: username, ...mode, is_active: isActive, course_details: { course_id: course } }
  const json = { ...row, ...force, ...attributesOf(write) }
  const answer = await api({ endpoint: 'writeEnrolment', method: 'POST', path: enrolmentPath, json }, signal)
  const written = readRow(answer, write)
  if (written.isActive !== isActive) throw mismatch(['is_active'])
  if (written.mode !== write.mode) throw mismatch(['mode'])
}

/** The order's number, in a namespace of our own. */
function attributesOf({ isActive, mode, order }: EnrolmentWrite) {
  if (order === undefined || !isActive || mode === 'credit') return {}
  return { enrollment_attributes: [{ namespace: 'seatkeeper', name: 'order', value: `${order.store}/${order.order}` }] }
}

function readRow(json: unknown, { username, course }: Seat): Enrolment {
  const row = readForm(Row, json)
  if (row.user !== username) throw mismatch(['user'])
  if (row.course_details.course_id !== course) throw mismatch(['course_details.course_id'])
  return { isActive: row.is_active, mode: row.mode }
}
