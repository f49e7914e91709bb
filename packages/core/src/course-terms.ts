import type { CourseKey, CourseMode } from './ids.ts'

/** A course mode that a run offers, or offered. */
export interface OfferedMode {
  readonly mode: CourseMode
  /** What the LMS itself would ask for it; 0 for nothing. */
  readonly price: number
  /** Milliseconds since 1970 from which it is not offered any more; null for never. */
  readonly expiresAtMs: number | null
}

/** On what terms a course run takes learners. */
export interface CourseTerms {
  readonly course: CourseKey
  /** Enrolment's first and last moment, milliseconds since 1970; null where the run names none. */
  readonly opensAtMs: number | null
  readonly closesAtMs: number | null
  readonly isInvitationOnly: boolean
  readonly modes: readonly OfferedMode[]
}

/** The course runs of one LMS, as it shows them to anybody. Throws `JobFailure` with an LMS_ code. */
export interface Courses {
  /** Undefined if the LMS has no such course run. */
  readCourse(course: CourseKey, signal: AbortSignal): Promise<CourseTerms | undefined>
}
