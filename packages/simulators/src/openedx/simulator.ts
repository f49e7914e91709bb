import { administer, type LmsAdministration } from './administration.ts'
import { seedDemoCourses } from './demo-courses.ts'
import { createFaults, type LmsFaults } from './faults.ts'
import { listen, type LmsJournalEntry } from './server.ts'
import { createState, type LmsEvent, type LmsSettings } from './state.ts'
import { createThrottle } from './throttle.ts'
import { newSigningKey } from './token.ts'

export { seedDemoCourses, demoCourseKeys } from './demo-courses.ts'
export type * from './administration.ts'
export type { EnrolmentState as LmsEnrolmentState } from './enrolment-rules.ts'
export type { LmsFault, LmsFaultPlan, LmsFaults } from './faults.ts'
export type { LmsRoute } from './routes.ts'
export type { LmsJournalEntry } from './server.ts'
export type { LmsCause, LmsCourse, LmsEvent, LmsMode, LmsProfile, LmsSettings } from './state.ts'

export interface LmsOptions extends Partial<LmsSettings> {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Clock of throttles, tokens and enrolment windows; faults' delays always take real time. */
  readonly nowMs?: () => number
  /** Of faults with a probability. */
  readonly seed?: number
  /** Adds one course of each kind, see `seedDemoCourses`. */
  readonly seedDemo?: boolean
}

/** An Open edX site on a real port, with what its administrators can do and what its callers did. */
export interface LmsSimulator extends LmsAdministration {
  readonly url: string
  /** May be changed at any time. */
  readonly settings: LmsSettings
  /** Everything that really happened, oldest first. */
  readonly events: readonly LmsEvent[]
  /** Every request, in the order of answers. */
  readonly journal: readonly LmsJournalEntry[]
  readonly faults: LmsFaults
  /** Ends open connections and pending delays too. */
  stop(): Promise<void>
}

const defaults: LmsSettings = {
  profile: 'ulmo',
  staffCallsPerMinute: 120,
  userCallsPerMinute: 40,
  tokenCallsPerMinute: 120,
  tokenLifetimeSeconds: 3600,
  retryAfterOnDeveloperError: false,
  caseInsensitiveLookups: true,
  defaultMode: 'audit',
  callerCountry: null,
}

/**
 * Starts an LMS that behaves as Open edX does, hazards included; see the enrolment rules for the worst of them.
 *
 * Tokens are real HS256 JWTs. Handlers run to their end without interruption, so concurrent calls converge.
 */
export async function startLmsSimulator(options: LmsOptions = {}): Promise<LmsSimulator> {
  const { port = 0, nowMs = Date.now, seed = 1, seedDemo = false, ...settings } = options
  const lms = createState({ ...defaults, ...settings }, nowMs, newSigningKey())
  const { faults, take } = createFaults(seed)
  const journal: LmsJournalEntry[] = []
  const server = await listen({ lms, throttle: createThrottle(nowMs), takeFaults: take, journal }, port)
  lms.url = server.url
  const { events } = lms
  const simulator: LmsSimulator = {
    url: server.url,
    settings: lms.settings,
    ...administer(lms),
    events,
    journal,
    faults,
    stop: () => server.stop(),
  }
  if (seedDemo) seedDemoCourses(simulator)
  return simulator
}
