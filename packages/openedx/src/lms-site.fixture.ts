import { afterEach, beforeEach } from '@jest/globals'
import { CourseKey, CourseMode, EmailAddress, Username, type EnrolmentWrite, type Lms } from '@seatkeeper/core'
import { demoCourseKeys, startLmsSimulator, type LmsSimulator } from '@seatkeeper/simulators'
import { createOpenedx } from './openedx.ts'
import { configFor, toolsForOne } from './scripted-lms.fixture.ts'

export const alice = Username.parse('Alice')
export const email = EmailAddress.parse('alice+shop@example.org')
export const newcomer = EmailAddress.parse('newcomer@example.org')
export const audit = CourseMode.parse('audit')
export const verified = CourseMode.parse('verified')
export const course = CourseKey.parse(demoCourseKeys.auditAndVerified)
export const closedCourse = CourseKey.parse(demoCourseKeys.closed)
export const { signal } = new AbortController()

/** Starts a simulated LMS before each test that follows, with the demo's courses, a service user and Alice; and connects to it. */
export function useLmsSite() {
  let site: LmsSimulator
  let lms: Lms

  const connect = (callTimeoutMs?: number) => {
    lms = createOpenedx(configFor(site.url, callTimeoutMs), toolsForOne())
  }

  beforeEach(async () => {
    site = await startLmsSimulator({ seedDemo: true })
    site.addUser({ username: 'service', email: 'service@example.org', isStaff: true })
    site.addUser({ username: 'Alice', email: 'Alice+Shop@example.org' })
    const { clientId, clientSecret } = configFor(site.url)
    site.addOAuthApp({ clientId, clientSecret, username: 'service' })
    connect()
  })
  afterEach(() => site.stop())

  return {
    get site() {
      return site
    },
    get lms() {
      return lms
    },
    /** Anew, with this patience. */
    connect,
    /** What the adapter reads of Alice. */
    read: (key = course) => lms.readEnrolment(alice, key, signal),
    /** Alice gets the course, unless said otherwise. */
    write: (changes: Partial<EnrolmentWrite> = {}) =>
      lms.writeEnrolment({ username: alice, course, isActive: true, mode: verified, ...changes }, signal),
    list: (...usernames: readonly Username[]) => lms.readEnrolments(usernames, signal),
    rowOf: (username = 'Alice', key: string = course) => site.row(username, key),
    callsOf: (route: string) => site.journal.filter((call) => call.route === route).length,
  }
}
