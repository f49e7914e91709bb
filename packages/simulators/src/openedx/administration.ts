import { acceptInvitations, writeRow } from './rows.ts'
import type { EnrolmentState } from './enrolment-rules.ts'
import { findByEmail, findByUsername, stateOf } from './state.ts'
import type { LmsCourse, LmsInvitation, LmsOAuthApp, LmsState, LmsUser } from './state.ts'
import { newSigningKey } from './token.ts'

export interface LmsUserInput {
  readonly username: string
  readonly email: string
  readonly isActive?: boolean
  readonly isStaff?: boolean
  readonly country?: string
}

export interface LmsOAuthAppInput {
  readonly clientId: string
  readonly clientSecret: string
  /** The service user; null for an application without one. */
  readonly username: string | null
  readonly grant?: string
  readonly restricted?: boolean
}

/** A row as tests read it. */
export interface LmsRowView extends EnrolmentState {
  readonly username: string
  readonly course: string
  readonly attributes: readonly unknown[]
}

export type LmsInvitationView = Pick<LmsInvitation, 'email' | 'course' | 'autoEnroll'> & {
  /** Whoever the invitation was bound to. */
  readonly username: string | null
}

/** What a site's administrators and learners do in a browser, and what administrators see there. */
export interface LmsAdministration {
  /** An active account takes up its invitations at once, as where confirmation of addresses is switched off. */
  addUser(input: LmsUserInput): void
  /** Confirms the address; invitations are taken up. */
  activate(username: string): void
  /** Invitations of the new address are taken up. */
  changeEmail(username: string, email: string): void
  /** The account can no longer be found, and its enrolments end. */
  retire(username: string): void
  setStaff(username: string, isStaff: boolean): void
  /** Adds a course, or replaces the settings of the one with this key. */
  addCourse(course: LmsCourse): void
  addOAuthApp(input: LmsOAuthAppInput): void
  rotateSecret(clientId: string, clientSecret: string): void
  /** Makes every JWT issued so far invalid. */
  rotateSigningKey(): void
  /** Also of a retired user. */
  row(username: string, courseKey: string): EnrolmentState | undefined
  rows(): readonly LmsRowView[]
  allowed(): readonly LmsInvitationView[]
  /** Writes a row as an administrator would, past every rule. */
  adminSet(username: string, courseKey: string, state: EnrolmentState): void
}

/** The site's administration; whoever it is asked for must exist. */
export function administer(lms: LmsState): LmsAdministration {
  return { ...people(lms), ...catalogue(lms), ...enrolments(lms) }
}

function people(lms: LmsState) {
  return {
    addUser({ username, email, isActive = true, isStaff = false, country }: LmsUserInput): void {
      const known = findByUsername(lms, username) ?? findByEmail(lms, email)
      if (known !== undefined) throw new Error(`The simulated LMS already has a user ${known.username}`)
      const id = lms.nextUserId
      lms.nextUserId += 1
      const joinedAtMs = lms.nowMs()
      const user: LmsUser = {
        id,
        username,
        email,
        isActive,
        isStaff,
        country: country ?? null,
        isRetired: false,
        joinedAtMs,
      }
      lms.usernames.add(username, user)
      lms.addresses.add(email, user)
      if (isActive) acceptInvitations(lms, user)
    },
    activate(username: string): void {
      const user = theUser(lms, username)
      user.isActive = true
      acceptInvitations(lms, user)
    },
    changeEmail(username: string, email: string): void {
      const user = theUser(lms, username)
      lms.addresses.remove(user.email, user)
      lms.addresses.add(email, user)
      user.email = email
      if (user.isActive) acceptInvitations(lms, user)
    },
    retire(username: string): void {
      const user = theUser(lms, username)
      for (const { course, mode } of (lms.rowsOf.get(user) ?? []).filter(({ isActive }) => isActive)) {
        writeRow(lms, { user, course, cause: 'retirement' }, [{ mode, isActive: false }])
      }
      user.isRetired = true
    },
    setStaff(username: string, isStaff: boolean): void {
      theUser(lms, username).isStaff = isStaff
    },
  }
}

function catalogue(lms: LmsState) {
  return {
    addCourse(course: LmsCourse): void {
      const known = lms.courses.get(course.key)
      if (known === undefined) lms.courses.set(course.key, { ...course })
      else replaceAll(known, course)
    },
    addOAuthApp({ grant = 'client_credentials', restricted = false, ...app }: LmsOAuthAppInput): void {
      lms.apps.set(app.clientId, { ...app, grant, restricted })
    },
    rotateSecret(clientId: string, clientSecret: string): void {
      theApp(lms, clientId).clientSecret = clientSecret
    },
    rotateSigningKey(): void {
      lms.signingKey = newSigningKey()
    },
  }
}

function enrolments(lms: LmsState) {
  return {
    /** Also of a retired user. */
    row(username: string, courseKey: string): EnrolmentState | undefined {
      const rows = lms.usernames.at(username).flatMap((user) => lms.rowsOf.get(user) ?? [])
      const row = rows.find(({ course }) => course.key === courseKey)
      return row && stateOf(row)
    },
    rows(): readonly LmsRowView[] {
      return lms.rows.map((row) => ({
        ...stateOf(row),
        username: row.user.username,
        course: row.course.key,
        attributes: row.attributes,
      }))
    },
    allowed(): readonly LmsInvitationView[] {
      return lms.invitations.all().map(({ email, course, autoEnroll, user }) => ({
        email,
        course,
        autoEnroll,
        username: user?.username ?? null,
      }))
    },
    adminSet(username: string, courseKey: string, state: EnrolmentState): void {
      const course = lms.courses.get(courseKey)
      if (course === undefined) throw new Error(`The simulated LMS has no course ${courseKey}`)
      writeRow(lms, { user: theUser(lms, username), course, cause: 'admin' }, [state])
    },
  }
}

/** Rows hold their course, so a course is changed in place. */
function replaceAll(known: LmsCourse, course: LmsCourse): void {
  for (const name of Object.keys(known)) if (!(name in course)) Reflect.deleteProperty(known, name)
  Object.assign(known, course)
}

function theUser(lms: LmsState, username: string): LmsUser {
  const user = findByUsername(lms, username)
  if (user === undefined) throw new Error(`The simulated LMS has no user ${username}`)
  return user
}

function theApp(lms: LmsState, clientId: string): LmsOAuthApp {
  const app = lms.apps.get(clientId)
  if (app === undefined) throw new Error(`The simulated LMS has no OAuth application ${clientId}`)
  return app
}
