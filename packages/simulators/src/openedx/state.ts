import { createBuckets, type Buckets } from './buckets.ts'
import type { EnrolmentState } from './enrolment-rules.ts'

/** Which build of Open edX is imitated: `pre2023` knows neither `email` in a POST nor invitations through the API. */
export type LmsProfile = 'pre2023' | 'ulmo'

/** What a site's operators can set; all of it may be changed while the simulator runs. */
export interface LmsSettings {
  profile: LmsProfile
  /** Per staff user, over all enrolment endpoints. */
  staffCallsPerMinute: number
  /** Per other user, and per address for course details. */
  userCallsPerMinute: number
  /** Per address, at the token endpoint. */
  tokenCallsPerMinute: number
  tokenLifetimeSeconds: number
  /** Newest builds name the wait on `/enrollments` and `/api/courses`, released ones do not. */
  retryAfterOnDeveloperError: boolean
  /** True for MySQL, false for SQLite. */
  caseInsensitiveLookups: boolean
  /** `COURSE_MODE_DEFAULTS.slug` of the site. */
  defaultMode: string
  /** Where callers' addresses are, for embargoes; null if unknown. */
  callerCountry: string | null
}

export interface LmsUser {
  readonly id: number
  readonly username: string
  email: string
  isActive: boolean
  /** Read anew on every call. */
  isStaff: boolean
  country: string | null
  isRetired: boolean
  readonly joinedAtMs: number
}

export interface LmsMode {
  readonly slug: string
  readonly price?: number
  readonly expiresAtMs?: number
}

/** One course run. */
export interface LmsCourse {
  readonly key: string
  readonly name: string
  modes: readonly LmsMode[]
  enrollmentStartMs?: number
  enrollmentEndMs?: number
  inviteOnly?: boolean
  /** Active learners who are not staff; no limit if absent. */
  capacity?: number
  embargoedCountries?: readonly string[]
  cohorts?: readonly string[]
  /** A plugin of the site refuses every addition with these words. */
  filterMessage?: string
}

/** One row of the enrolment table; never deleted. */
export interface LmsRow {
  readonly id: number
  readonly user: LmsUser
  readonly course: LmsCourse
  readonly createdAtMs: number
  mode: string
  isActive: boolean
  attributes: readonly unknown[]
}

/** An `enrollment_allowed` row: somebody without an account may enrol, or will be enrolled. */
export interface LmsInvitation {
  readonly email: string
  readonly course: string
  readonly autoEnroll: boolean
  readonly createdAtMs: number
  user: LmsUser | null
}

/** An OAuth application; `username` null is an application without a user. */
export interface LmsOAuthApp {
  readonly clientId: string
  clientSecret: string
  readonly username: string | null
  readonly grant: string
  restricted: boolean
}

/** Who or what caused an event. */
export type LmsCause = 'api' | 'admin' | 'invitation' | 'retirement'

/** One thing that really happened, in order: the ground truth of tests. */
export type LmsEvent = { readonly atMs: number; readonly course: string; readonly cause: LmsCause } & (
  | {
      readonly kind: 'row-created' | 'activated' | 'deactivated' | 'mode-changed' | 'mail'
      readonly username: string
      readonly mode: string
    }
  | { readonly kind: 'invited' | 'uninvited'; readonly email: string; readonly autoEnroll: boolean }
)

/** Everything a site keeps. */
export interface LmsState {
  readonly settings: LmsSettings
  readonly nowMs: () => number
  /** Base address; known once the server listens. */
  url: string
  signingKey: string
  nextUserId: number
  readonly usernames: Buckets<LmsUser>
  /** The same users, retired ones too, by address. */
  readonly addresses: Buckets<LmsUser>
  readonly courses: Map<string, LmsCourse>
  /** Oldest first. */
  readonly rows: LmsRow[]
  /** The same rows by user. */
  readonly rowsOf: Map<LmsUser, LmsRow[]>
  /** By address. */
  readonly invitations: Buckets<LmsInvitation>
  readonly apps: Map<string, LmsOAuthApp>
  readonly opaqueTokens: Map<
    string,
    { readonly user: LmsUser; readonly restricted: boolean; readonly expiresAtMs: number }
  >
  readonly courseDetailsCache: Map<string, { readonly untilMs: number; readonly details: unknown }>
  readonly events: LmsEvent[]
}

/** A site with nobody in it. */
export function createState(settings: LmsSettings, nowMs: () => number, signingKey: string): LmsState {
  return {
    settings,
    nowMs,
    url: '',
    signingKey,
    nextUserId: 1,
    usernames: createBuckets(),
    addresses: createBuckets(),
    courses: new Map(),
    rows: [],
    rowsOf: new Map(),
    invitations: createBuckets(),
    apps: new Map(),
    opaqueTokens: new Map(),
    courseDetailsCache: new Map(),
    events: [],
  }
}

/** Whether the database would call two names or addresses the same. */
export function sameText({ settings }: LmsState, one: string, other: string): boolean {
  return settings.caseInsensitiveLookups ? one.toLowerCase() === other.toLowerCase() : one === other
}

/** Retired users are not found: retirement replaces their name. */
export function findByUsername(lms: LmsState, username: string): LmsUser | undefined {
  return lms.usernames.at(username).find((user) => !user.isRetired && sameText(lms, user.username, username))
}

/** Retired users are not found: retirement replaces their address. */
export function findByEmail(lms: LmsState, email: string): LmsUser | undefined {
  return lms.addresses.at(email).find((user) => !user.isRetired && sameText(lms, user.email, email))
}

export function findRow(lms: LmsState, user: LmsUser, courseKey: string): LmsRow | undefined {
  return lms.rowsOf.get(user)?.find((row) => row.course.key === courseKey)
}

export function findInvitation(lms: LmsState, email: string, courseKey: string): LmsInvitation | undefined {
  return lms.invitations.at(email).find((one) => one.course === courseKey && sameText(lms, one.email, email))
}

/** The row's two facts, for rules and tests. */
export function stateOf({ mode, isActive }: LmsRow): EnrolmentState {
  return { mode, isActive }
}
