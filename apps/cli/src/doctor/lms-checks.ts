import {
  CourseKey,
  CourseMode,
  EmailAddress,
  JobFailure,
  saleVerdicts,
  Username,
  type CourseItem,
  type Lms,
} from '@seatkeeper/core'
import { checkCatalogue, type CheckSalesParts } from '@seatkeeper/fulfilment'
import { compareClock } from './clock.ts'
import { ok, verdictOn, wrong, type Check, type Verdict } from './finding.ts'

export interface LmsToCheck {
  readonly id: string
  readonly url: string
  readonly lms: Pick<Lms, 'probe' | 'readEnrolments' | 'withdrawInvitation' | 'writeEnrolment'>
  /** What the catalogues name of its courses. */
  readonly items: readonly CourseItem[]
  readonly campusOf: CheckSalesParts['campusOf']
}

/** Nobody's, for ever; so nothing of this changes anything. @see RFC 2606, 2 */
const email = EmailAddress.parse('nobody@seatkeeper.invalid')
const username = Username.parse('nobody.seatkeeper.invalid')
const course = CourseKey.parse('course-v1:Seatkeeper+Nothing+Never')
const mode = CourseMode.parse('audit')

/** Whether one LMS serves us with all that we ask of it. */
export function lmsChecks(site: LmsToCheck): readonly Check[] {
  const { id, url, lms } = site
  const subject = `lms ${id}`
  return [
    { subject, name: 'token and staff', run: (signal) => checkToken(lms, signal) },
    { subject, name: 'may read enrolments', run: (signal) => allowed(lms.readEnrolments([username], signal)) },
    { subject, name: 'may invite', run: (signal) => allowed(lms.withdrawInvitation({ email, course }, signal)) },
    { subject, name: 'may enrol', run: (signal) => allowed(enrolNobody(lms, signal)) },
    { subject, name: 'clock', run: (signal) => compareClock(url, signal) },
    { subject, name: 'catalogue', run: (signal) => checkItems(site, signal) },
  ]
}

async function checkToken(lms: Pick<Lms, 'probe'>, signal: AbortSignal): Promise<readonly Verdict[]> {
  try {
    await lms.probe(signal)
    return [ok('It grants a token to a user who is staff.')]
  } catch (thrown) {
    const verdict = verdictOn(thrown)
    const isOut = thrown instanceof JobFailure && thrown.verdict === 'outage'
    return [isOut ? wrong(verdict.what, verdict.fix) : verdict]
  }
}

async function allowed(call: Promise<unknown>): Promise<readonly Verdict[]> {
  await call
  return [ok('It is allowed.')]
}

/** Who is allowed to is told that there is no such user. */
async function enrolNobody(lms: Pick<Lms, 'writeEnrolment'>, signal: AbortSignal): Promise<void> {
  await lms.writeEnrolment({ username, course, mode, isActive: true }, signal).catch((thrown: unknown) => {
    if (!(thrown instanceof JobFailure) || thrown.code !== 'LEARNER_NOT_REGISTERED') throw thrown
  })
}

async function checkItems({ items, campusOf }: LmsToCheck, signal: AbortSignal): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for await (const { item, code } of checkCatalogue({ items, campusOf, nowMs: Date.now() }, signal)) {
    const { state, what, fix } = saleVerdicts[code]
    if (state !== 'ok') verdicts.push({ state, what: `${item.course} ${item.mode}: ${what}`, fix })
  }
  if (verdicts.length > 0) return verdicts
  if (items.length > 0) return [ok(`The ${items.length} course runs that the configuration names can be given.`)]
  return [ok('The configuration names no course run; catalogue check looks at the products.')]
}
