import type { LmsCourse } from './state.ts'

const keyOf = (kind: string) => `course-v1:DemoU+${kind}+2026`

/** The keys of the demo courses, by what is special about them. */
export const demoCourseKeys = {
  auditAndVerified: keyOf('AUDIT-VERIFIED'),
  professionalOnly: keyOf('PROFESSIONAL'),
  noModes: keyOf('NO-MODES'),
  expiredVerified: keyOf('EXPIRED-VERIFIED'),
  closed: keyOf('CLOSED'),
  inviteOnly: keyOf('INVITE-ONLY'),
  full: keyOf('FULL'),
  embargoed: keyOf('EMBARGOED'),
} as const

const past = Date.UTC(2020, 0, 1)
const auditAndVerified = [{ slug: 'audit' }, { slug: 'verified', price: 49 }]

const demoCourses: readonly LmsCourse[] = [
  { key: demoCourseKeys.auditAndVerified, name: 'Audit and verified', modes: auditAndVerified },
  { key: demoCourseKeys.professionalOnly, name: 'Professional only', modes: [{ slug: 'professional', price: 199 }] },
  { key: demoCourseKeys.noModes, name: 'No modes', modes: [] },
  {
    key: demoCourseKeys.expiredVerified,
    name: 'Verified until 2020',
    modes: [{ slug: 'audit' }, { slug: 'verified', price: 49, expiresAtMs: past }],
  },
  { key: demoCourseKeys.closed, name: 'Closed since 2020', modes: auditAndVerified, enrollmentEndMs: past },
  { key: demoCourseKeys.inviteOnly, name: 'Invitation only', modes: auditAndVerified, inviteOnly: true },
  { key: demoCourseKeys.full, name: 'Full', modes: auditAndVerified, capacity: 0 },
  { key: demoCourseKeys.embargoed, name: 'Not for Atlantis', modes: auditAndVerified, embargoedCountries: ['XA'] },
]

/** Adds one course run of each kind that enrolment treats differently; `embargoed` is closed to the country XA. */
export function seedDemoCourses(lms: { addCourse(course: LmsCourse): void }): void {
  for (const course of demoCourses) lms.addCourse(course)
}
