import {
  JobFailure,
  noEnrolment,
  Username,
  type Account,
  type EmailAddress,
  type Enrolment,
  type EnrolmentWrite,
  type FailureCode,
  type Lms,
} from '@seatkeeper/core'

/** An LMS behind the port, in memory: rows, invitations, and a log of every state-changing call. */
export interface MemoryLms extends Lms {
  readonly writes: EnrolmentWrite[]
  readonly invited: Set<string>
  register(email: EmailAddress): Account
  /** A second address of somebody's account. */
  alias(email: EmailAddress, of: EmailAddress): void
  /** The address belongs to a new account of that name from now on. */
  moveAddress(email: EmailAddress, username: string): void
  row(email: EmailAddress): Enrolment
  rowOf(username: string): Enrolment
  setRow(email: EmailAddress, row: Enrolment): void
  /** The next write fails with `code`, before or after it was committed. */
  failNextWrite(code: FailureCode, when: 'before' | 'after'): void
  /** Runs once, right before the next row is read. */
  beforeNextRead(action: () => Promise<void>): void
}

export function createMemoryLms(): MemoryLms {
  const accounts = new Map<EmailAddress, Account>()
  const rows = new Map<string, Enrolment>()
  const writes: EnrolmentWrite[] = []
  const invited = new Set<string>()
  let failure: { readonly code: FailureCode; readonly when: 'before' | 'after' } | undefined
  let interruption: (() => Promise<void>) | undefined
  const nameOf = (email: EmailAddress) => accounts.get(email)?.username ?? Username.parse('nobody')
  return {
    writes,
    invited,
    register: (email) => {
      const account = { id: accounts.size + 1, username: Username.parse(email.split('@')[0]) }
      accounts.set(email, account)
      return account
    },
    alias: (email, of) => {
      const account = accounts.get(of)
      if (account !== undefined) accounts.set(email, account)
    },
    moveAddress: (email, username) => {
      accounts.set(email, { id: accounts.size + 1000, username: Username.parse(username) })
    },
    rowOf: (username) => rows.get(username) ?? noEnrolment,
    row: (email) => rows.get(nameOf(email)) ?? noEnrolment,
    setRow: (email, row) => {
      rows.set(nameOf(email), row)
    },
    failNextWrite: (code, when) => {
      failure = { code, when }
    },
    beforeNextRead: (action) => {
      interruption = action
    },
    findAccount: (email) => Promise.resolve(accounts.get(email)),
    readEnrolment: async (username) => {
      const action = interruption
      interruption = undefined
      await action?.()
      return rows.get(username) ?? noEnrolment
    },
    writeEnrolment: (write) => {
      const planned = failure
      failure = undefined
      if (planned?.when !== 'before') {
        writes.push(write)
        rows.set(write.username, { isActive: write.isActive, mode: write.mode })
      }
      if (planned === undefined) return Promise.resolve()
      return Promise.reject(new JobFailure(planned.code, 'asked for by the test', { theirWords: 'words of the LMS' }))
    },
    readEnrolments: () => Promise.resolve([]),
    readOpening: () => Promise.resolve(null),
    invite: ({ email }) => Promise.resolve(void invited.add(email)),
    withdrawInvitation: ({ email }) => Promise.resolve(void invited.delete(email)),
    probe: () => Promise.resolve(),
  }
}
