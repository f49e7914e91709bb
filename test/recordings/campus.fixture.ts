import { startLmsSimulator, type LmsSimulator } from '@seatkeeper/simulators'
import { courses, learners } from './expectations.ts'

/** What we call ourselves at the LMS. */
export const client = { clientId: 'seatkeeper', clientSecret: 'lms-secret' }

/** An LMS with every course run that was sold, and an account for everybody who learns. */
export async function startCampus(): Promise<LmsSimulator> {
  const campus = await startLmsSimulator({ staffCallsPerMinute: Infinity, tokenCallsPerMinute: Infinity })
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  for (const key of Object.values(courses)) {
    campus.addCourse({ key, name: key, modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  }
  for (const email of learners) campus.addUser({ username: usernameOf(email), email })
  return campus
}

/** What the LMS holds: the mode of an active row, or `nothing`. */
export function heldAt(campus: LmsSimulator, email: string, course: string): string {
  return modeOf(campus.row(usernameOf(email), course))
}

/** The mode of an enrolment that is active, or `nothing`. */
export function modeOf(enrolment: { readonly isActive: boolean; readonly mode: string | null } | undefined): string {
  return enrolment?.isActive === true ? String(enrolment.mode) : 'nothing'
}

function usernameOf(email: string): string {
  return email.replaceAll(/\W/g, '_')
}
