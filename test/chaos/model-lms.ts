import {
  noEnrolment,
  Username,
  type Account,
  type CourseKey,
  type EmailAddress,
  type Enrolment,
  type EnrolmentRow,
  type Lms,
} from '@seatkeeper/core'
import { audit } from './goods.ts'

/** An LMS in memory behind the port, with a log of what our writes changed. */
export interface ModelLms extends Lms {
  /** By username and course run, as `rowKey` writes them. */
  readonly rows: ReadonlyMap<string, EnrolmentRow>
  /** By address and course run. */
  readonly invitations: ReadonlySet<string>
  /** Every write that was made, in turn. */
  readonly writes: readonly Write[]
  /** Opens an account that is known by some addresses; it is enrolled where it was invited. */
  register(username: string, addresses: readonly EmailAddress[]): void
  /** What a learner had before anybody sold anything. */
  enrol(username: string, course: CourseKey, enrolment: Enrolment): void
}

export interface Write {
  readonly key: string
  readonly before: Enrolment
  readonly after: Enrolment
}

export function rowKey(who: string, course: string): string {
  return `${who} ${course}`
}

export function createModelLms(): ModelLms {
  const accounts = new Map<EmailAddress, Account>()
  const rows = new Map<string, EnrolmentRow>()
  const invitations = new Set<string>()
  const writes: Write[] = []
  const put = (username: Username, course: CourseKey, enrolment: Enrolment) =>
    void rows.set(rowKey(username, course), { username, course, enrolment })
  return {
    rows,
    invitations,
    writes,
    register: (name, addresses) => {
      const account = { id: accounts.size + 1, username: Username.parse(name) }
      for (const address of addresses) accounts.set(address, account)
      for (const invitation of invitations) {
        const [address, course] = invitation.split(' ') as [EmailAddress, CourseKey]
        if (addresses.includes(address) && invitations.delete(invitation))
          put(account.username, course, { isActive: true, mode: audit })
      }
    },
    enrol: (name, course, enrolment) => put(Username.parse(name), course, enrolment),
    findAccount: (email) => Promise.resolve(accounts.get(email)),
    readEnrolment: (username, course) => Promise.resolve(rows.get(rowKey(username, course))?.enrolment ?? noEnrolment),
    writeEnrolment: ({ username, course, isActive, mode }) => {
      const key = rowKey(username, course)
      writes.push({ key, before: rows.get(key)?.enrolment ?? noEnrolment, after: { isActive, mode } })
      return Promise.resolve(put(username, course, { isActive, mode }))
    },
    invite: ({ email, course }) => Promise.resolve(void invitations.add(rowKey(email, course))),
    withdrawInvitation: ({ email, course }) => Promise.resolve(void invitations.delete(rowKey(email, course))),
    readEnrolments: (usernames) =>
      Promise.resolve([...rows.values()].filter(({ username }) => usernames.includes(username))),
    readOpening: () => Promise.resolve(null),
    probe: () => Promise.resolve(),
  }
}
