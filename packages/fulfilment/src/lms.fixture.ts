import {
  CourseKey,
  JobFailure,
  noEnrolment,
  Username,
  type Account,
  type CourseMode,
  type EmailAddress,
  type Enrolment,
  type EnrolmentRow,
  type EnrolmentWrite,
  type FailureCode,
  type Lms,
} from '@seatkeeper/core'
import { courseSku } from '@seatkeeper/core/fixture'

/** An LMS behind the port, in memory: rows, invitations, and a log of every state-changing call. */
export interface MemoryLms extends Lms, MemoryLmsDesk {
  readonly writes: EnrolmentWrite[]
  /** Writes that were refused, and not made. */
  readonly refused: EnrolmentWrite[]
  readonly invited: Set<string>
}

/** What happens at the LMS without us. Rows are those of the course run that the order fixtures sell. */
interface MemoryLmsDesk {
  register(email: EmailAddress): Account
  /** A second address of somebody's account. */
  alias(email: EmailAddress, of: EmailAddress): void
  /** The address belongs to a new account of that name from now on. */
  moveAddress(email: EmailAddress, username: string): void
  /** The account of an address, rows and all, has another name from now on. */
  rename(email: EmailAddress, username: string): void
  row(email: EmailAddress): Enrolment
  rowOf(username: string): Enrolment
  setRow(email: EmailAddress, row: Enrolment): void
  /** New learners are refused, unless forced; it opens at that time, or names none. */
  close(opensAtMs: number | null): void
  /** New learners are refused, forced or not. */
  fill(): void
  /** Enrolling in that mode is refused. */
  dropMode(mode: CourseMode): void
  /** The next write fails with `code`, before or after it was committed. */
  failNextWrite(code: FailureCode, when: 'before' | 'after'): void
  /** Asking when the course run opens fails. */
  failOpenings(code: FailureCode): void
  /** Runs once, right before the next row is read. */
  beforeNextRead(action: () => Promise<void>): void
}

interface State {
  readonly accounts: Map<EmailAddress, Account>
  /** Names that somebody has. */
  readonly names: Set<string>
  readonly rows: Map<string, EnrolmentRow>
  readonly writes: EnrolmentWrite[]
  readonly refused: EnrolmentWrite[]
  readonly invited: Set<string>
  readonly droppedModes: Set<CourseMode>
  isFull: boolean
  closed: { readonly opensAtMs: number | null } | undefined
  failure: { readonly code: FailureCode; readonly when: 'before' | 'after' } | undefined
  openingsFail: FailureCode | undefined
  interruption: (() => Promise<void>) | undefined
}

const soldCourse = CourseKey.parse(courseSku)

export function createMemoryLms(): MemoryLms {
  const state: State = {
    accounts: new Map(),
    names: new Set(),
    rows: new Map(),
    writes: [],
    refused: [],
    invited: new Set(),
    droppedModes: new Set(),
    isFull: false,
    closed: undefined,
    failure: undefined,
    openingsFail: undefined,
    interruption: undefined,
  }
  const { writes, refused, invited } = state
  return { writes, refused, invited, ...desk(state), ...people(state), ...enrolments(state) }
}

function desk(state: State): Omit<MemoryLmsDesk, 'register' | 'alias' | 'moveAddress' | 'rename'> {
  return {
    row: (email) => rowAt(state, nameOf(state, email), soldCourse),
    rowOf: (username) => rowAt(state, Username.parse(username), soldCourse),
    setRow: (email, row) => putRow(state, nameOf(state, email), soldCourse, row),
    close: (opensAtMs) => {
      state.closed = { opensAtMs }
    },
    fill: () => {
      state.isFull = true
    },
    dropMode: (mode) => void state.droppedModes.add(mode),
    failNextWrite: (code, when) => {
      state.failure = { code, when }
    },
    failOpenings: (code) => {
      state.openingsFail = code
    },
    beforeNextRead: (action) => {
      state.interruption = action
    },
  }
}

function people(state: State) {
  const { accounts, names, rows, invited } = state
  const open = (email: EmailAddress, id: number, name: string): Account => {
    const account = { id, username: Username.parse(name) }
    accounts.set(email, account)
    names.add(name)
    return account
  }
  return {
    register: (email: EmailAddress) => open(email, accounts.size + 1, email.split('@')[0] ?? ''),
    alias: (email: EmailAddress, of: EmailAddress) => {
      const account = accounts.get(of)
      if (account !== undefined) accounts.set(email, account)
    },
    moveAddress: (email: EmailAddress, username: string) => void open(email, accounts.size + 1000, username),
    rename: (email: EmailAddress, username: string) => {
      const before = nameOf(state, email)
      const { username: after } = open(email, accounts.get(email)?.id ?? 0, username)
      names.delete(before)
      for (const [key, row] of rows) {
        if (row.username === before && rows.delete(key)) putRow(state, after, row.course, row.enrolment)
      }
    },
    findAccount: (email: EmailAddress) => Promise.resolve(accounts.get(email)),
    invite: ({ email }: { email: string }) => Promise.resolve(void invited.add(email)),
    withdrawInvitation: ({ email }: { email: string }) => Promise.resolve(void invited.delete(email)),
    probe: () => Promise.resolve(),
  }
}

function enrolments(state: State): Pick<Lms, 'readEnrolment' | 'readEnrolments' | 'readOpening' | 'writeEnrolment'> {
  return {
    readEnrolment: async (username, course) => {
      const action = state.interruption
      state.interruption = undefined
      await action?.()
      return rowAt(state, username, course)
    },
    readEnrolments: (usernames) =>
      Promise.resolve([...state.rows.values()].filter(({ username }) => usernames.includes(username))),
    readOpening: async () => {
      if (state.openingsFail !== undefined) throw new JobFailure(state.openingsFail, 'asked for by the test')
      return state.closed?.opensAtMs ?? null
    },
    writeEnrolment: async (write) => {
      const { username, course, isActive, mode } = write
      const planned = state.failure
      state.failure = undefined
      const code = planned?.when === 'before' ? planned.code : refusalOf(state, write)
      if (code !== undefined) {
        state.refused.push(write)
        throw failureOf(code)
      }
      state.writes.push(write)
      putRow(state, username, course, { isActive, mode })
      if (planned !== undefined) throw failureOf(planned.code)
    },
  }
}

/** As the real one: who has a row already is never refused for a closed course run. */
function refusalOf(state: State, { username, course, isActive, mode, isForced }: EnrolmentWrite) {
  if (!state.names.has(username)) return 'LEARNER_NOT_REGISTERED'
  if (isActive && state.droppedModes.has(mode)) return 'LMS_MODE_UNAVAILABLE'
  if (rowAt(state, username, course).mode !== null) return undefined
  const isShut = state.closed !== undefined && isForced !== true
  return isShut || state.isFull ? 'LMS_ENROLMENT_REFUSED' : undefined
}

function failureOf(code: FailureCode): JobFailure {
  return new JobFailure(code, 'asked for by the test', { theirWords: 'words of the LMS' })
}

function nameOf({ accounts }: State, email: EmailAddress): Username {
  return accounts.get(email)?.username ?? Username.parse('nobody')
}

function rowAt({ rows }: State, username: Username, course: CourseKey): Enrolment {
  return rows.get(`${username} ${course}`)?.enrolment ?? noEnrolment
}

function putRow({ rows }: State, username: Username, course: CourseKey, enrolment: Enrolment): void {
  rows.set(`${username} ${course}`, { username, course, enrolment })
}
