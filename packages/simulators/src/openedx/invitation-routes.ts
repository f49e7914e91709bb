import { isCourseKey } from './course-key.ts'
import { complaint } from './enrolment-request.ts'
import { empty, json, page, printed, readBody, type Answer, type Call } from './http.ts'
import { invitation } from './representations.ts'
import { findInvitation, sameText, type LmsInvitation, type LmsState, type LmsUser } from './state.ts'

/** Answers the invitations of one address, the caller's own if none is named. */
export function listInvitations(lms: LmsState, { query }: Call, caller: LmsUser): Answer {
  const email = query.get('email') ?? caller.email
  const found = lms.invitations.at(email).filter((one) => sameText(lms, one.email, email))
  return json(200, found.map(invitation))
}

/** Keeps an invitation. Neither course nor address is checked; one that exists stays as it is. */
export function invite(lms: LmsState, call: Call): Answer {
  const named = readNamed(call)
  if ('status' in named) return named
  const { email, course, autoEnroll } = named
  if (!isCourseKey(course)) return page(500)
  if (findInvitation(lms, email, course) !== undefined) {
    return complaint(409, `An enrollment allowed with email ${email} and course ${course} already exists.`)
  }
  const kept: LmsInvitation = { email, course, autoEnroll, createdAtMs: lms.nowMs(), user: null }
  lms.invitations.add(email, kept)
  log(lms, 'invited', kept)
  return json(201, invitation(kept))
}

/** Forgets an invitation; whoever was enrolled by it stays enrolled. */
export function uninvite(lms: LmsState, call: Call): Answer {
  const named = readNamed(call)
  if ('status' in named) return named
  const { email, course } = named
  if (!isCourseKey(course)) return page(500)
  const kept = findInvitation(lms, email, course)
  if (kept === undefined) {
    return complaint(404, `An enrollment allowed with email ${email} and course ${course} doesn't exists.`)
  }
  lms.invitations.remove(email, kept)
  log(lms, 'uninvited', kept)
  return empty(204)
}

function readNamed(call: Call): Pick<LmsInvitation, 'email' | 'course' | 'autoEnroll'> | Answer {
  const read = readBody(call)
  if ('refusal' in read) return read.refusal
  const { email, course_id: course, auto_enroll: autoEnroll } = read.fields
  if (!email || !course) {
    return complaint(400, "Please provide a value for 'email' and 'course_id' in the request data.")
  }
  return { email: printed(email), course: printed(course), autoEnroll: autoEnroll === true }
}

function log(lms: LmsState, kind: 'invited' | 'uninvited', { email, course, autoEnroll }: LmsInvitation): void {
  lms.events.push({ atMs: lms.nowMs(), kind, email, course, autoEnroll, cause: 'api' })
}
