import type { Invitation } from '@seatkeeper/core'
import type { Api } from './api.ts'

/** With its slash: without one the LMS redirects. */
const invitationsPath = '/api/enrollment/v1/enrollment_allowed/'

/**
 * Lets a learner without an account be enrolled when one appears; in the LMS's default mode, whatever was sold.
 *
 * @see edx-platform, `openedx/core/djangoapps/enrollments/views.py`, `EnrollmentAllowedView`
 */
export async function invite(api: Api, { email, course }: Invitation, signal: AbortSignal): Promise<void> {
  const json = { email, course_id: course, auto_enroll: true }
  await api({ endpoint: 'invite', method: 'POST', path: invitationsPath, json }, signal)
}

/** Takes an invitation back; an enrolment that came of it stays. */
export async function withdrawInvitation(api: Api, { email, course }: Invitation, signal: AbortSignal): Promise<void> {
  const json = { email, course_id: course }
  await api({ endpoint: 'withdrawInvitation', method: 'DELETE', path: invitationsPath, json }, signal)
}
