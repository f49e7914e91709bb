import type { Claim } from './claim.ts'
import type { Enrolment } from './enrolment.ts'
import type { CourseKey, EmailAddress, LmsId, OrderRef, SeatId } from './ids.ts'
import type { Account } from './lms.ts'

/** One learner in one course run on one LMS, with everything that speaks for it. Holds personal data. */
export interface Seat {
  readonly id: SeatId
  readonly lms: LmsId
  readonly course: CourseKey
  readonly email: EmailAddress
  /** Once the LMS account is known, the learner is known by it. */
  readonly account: Account | null
  /** What the learner had before our first write; null until we looked. */
  readonly baseline: Enrolment | null
  /** What we last verified at the LMS; null until then. */
  readonly applied: Enrolment | null
  /** What we were about to write last: it may be there, although nobody lived to verify it. Null until then. */
  readonly attempted: Enrolment | null
  /** We asked, or were about to ask, the LMS to enrol the address once it registers. */
  readonly invited: boolean
  /** When we first found no account; for patience. Null until then. */
  readonly waitingSinceMs: number | null
  readonly claims: readonly Claim[]
  readonly orders: readonly OrderRef[]
  readonly generation: number
  /** What an operator decided, over the shops' heads; null if nobody did. */
  readonly decision: Decision | null
}

export interface Decision {
  readonly access: 'granted' | 'denied'
  readonly by: string
  readonly reason: string
  readonly atMs: number
}
