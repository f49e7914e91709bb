import type { JobCalls } from './call-budget.ts'
import type { Enrolment } from './enrolment.ts'
import type { CourseKey, CourseMode, EmailAddress, OrderRef, Username } from './ids.ts'

/** A learner as the LMS knows them. */
export interface Account {
  /** The LMS's own number; it survives a change of name or address. */
  readonly id: number
  readonly username: Username
}

export interface EnrolmentWrite {
  readonly username: Username
  readonly course: CourseKey
  readonly isActive: boolean
  /** Always sent with activation; with deactivation it must be the mode just read. */
  readonly mode: CourseMode
  /** Enrols although the course is closed or by invitation only; never past its capacity. */
  readonly isForced?: boolean
  /** The order that paid for it; only for a row that is made by this write. Kept beside the row where the LMS can. */
  readonly order?: OrderRef
}

/** One row as the LMS lists it. */
export interface EnrolmentRow {
  readonly username: Username
  readonly course: CourseKey
  readonly enrolment: Enrolment
}

export interface Invitation {
  readonly email: EmailAddress
  readonly course: CourseKey
}

/**
 * An Open edX LMS, as far as we ask it anything. Throws `JobFailure` with an LMS_ code.
 *
 * A write whose answer was lost, or that may have been made although it was refused, is thrown too: the caller reads
 * back before it decides anything.
 */
export interface Lms {
  /** The account of an address, or undefined if there is none (a retired one counts as none). */
  findAccount(email: EmailAddress, signal: AbortSignal): Promise<Account | undefined>
  readEnrolment(username: Username, course: CourseKey, signal: AbortSignal): Promise<Enrolment>
  /** Writes one row and verifies the LMS's answer against what was asked. */
  writeEnrolment(write: EnrolmentWrite, signal: AbortSignal): Promise<void>
  /** Lets a learner without an account be enrolled when one appears. One that exists already is fine. */
  invite(invitation: Invitation, signal: AbortSignal): Promise<void>
  /** Takes an invitation back. One that does not exist is fine. */
  withdrawInvitation(invitation: Invitation, signal: AbortSignal): Promise<void>
  /** All rows of up to a hundred learners, inactive ones included. */
  readEnrolments(usernames: readonly Username[], signal: AbortSignal): Promise<readonly EnrolmentRow[]>
  /** When a course run opens for enrolment, milliseconds since 1970; null if it names no such time. */
  readOpening(course: CourseKey, signal: AbortSignal): Promise<number | null>
  /** A cheap call that depends on no order; resolves if the LMS serves us. */
  probe(signal: AbortSignal): Promise<void>
}

/**
 * Lets a job in once its expected calls are reserved; more than those reserve themselves. Waits until there are so many, and
 * only the signal ends that.
 *
 * @throws JobFailure LMS_THROTTLED while the LMS has us wait, and what getting a token may throw.
 */
export type Entrance = (signal: AbortSignal) => Promise<AdmittedLms>

/** An LMS for one job. */
export interface AdmittedLms {
  /**
   * Where the jobs share calls, the first row that a job reads may be answered by one call for several jobs. It is begun
   * after all of them asked, so it is as fresh as a call of its own. Every later one is a call of its own.
   */
  readonly lms: Lms
  /** The job is over: what is left of its calls goes back. */
  giveBack(): Promise<void>
}

/** An LMS that lets us make so many calls a minute. */
export interface MeteredLms extends Lms {
  /** For jobs of one kind, which are to come through one entrance. */
  entrance(jobs: JobCalls): Entrance
  /** How many calls may be made now; undefined before the first token told who we are. */
  callsLeft(): Promise<number | undefined>
}
