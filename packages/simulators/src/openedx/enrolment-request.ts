import { isEmbargoed } from './course-terms.ts'
import type { EnrolmentWish } from './enrolment-rules.ts'
import { empty, isObject, json, page, printed, type Answer } from './http.ts'
import { isCourseKey } from './course-key.ts'
import { findByEmail, findByUsername, type LmsCourse, type LmsState, type LmsUser } from './state.ts'

/** A POST that passed every check before the rules. */
export interface EnrolmentRequest {
  readonly learner: LmsUser
  readonly courseKey: string
  /** Undefined where the key is well-formed but no such course exists. */
  readonly course: LmsCourse | undefined
  readonly wish: EnrolmentWish
  readonly attributes: readonly unknown[] | undefined
  readonly cohort: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Checks in the order of the original: course key, visibility, address, mode, user, embargo, types.
 *
 * The first that fails decides the answer. A learner named in no way is the caller.
 */
export function readEnrolmentRequest(lms: LmsState, fields: Fields, caller: LmsUser): EnrolmentRequest | Answer {
  const details = fields['course_details'] ?? {}
  if (!isObject(details) || fields['course_details'] === null) return page(500)
  const courseKey = details['course_id']
  if (!courseKey) return complaint(400, 'Course ID must be specified to create a new enrollment.')
  if (typeof courseKey !== 'string' || !isCourseKey(courseKey)) return unknownCourse(printed(courseKey))
  const learner = readLearner(lms, fields, caller)
  if (!('username' in learner)) return learner
  const course = lms.courses.get(courseKey)
  if (course !== undefined && isEmbargoed(lms, learner, course)) return embargoed(lms, courseKey)
  const refusal = refuseTypes(fields)
  if (refusal !== undefined) return refusal
  const attributes = fields['enrollment_attributes'] ?? undefined
  if (attributes !== undefined && !areNamedAttributes(attributes)) return page(500)
  const cohort = fields['cohort'] ?? undefined
  return {
    learner,
    courseKey,
    course,
    wish: readWish(fields, caller, attributes ?? []),
    attributes,
    cohort: cohort === undefined ? undefined : printed(cohort),
  }
}

/** The answer to a course key that is malformed, and to one of no course: the same. */
export function unknownCourse(courseKey: string): Answer {
  return complaint(400, `No course '${courseKey}' found for enrollment`)
}

/** `message`, and nothing else. */
export function complaint(status: number, message: string): Answer {
  return json(status, { message })
}

/** `user` wins over `email`; builds before 2023 do not know `email`, so they take the caller. */
function readLearner(lms: LmsState, fields: Fields, caller: LmsUser): LmsUser | Answer {
  const username = fields['user'] ? printed(fields['user']) : undefined
  const address = fields['email'] && lms.settings.profile !== 'pre2023' ? printed(fields['email']) : undefined
  const email = username === undefined ? address : undefined
  const namesOther = (username ?? caller.username) !== caller.username || email !== undefined
  if (namesOther && !caller.isStaff) return empty(404)
  const byEmail = email === undefined ? undefined : findByEmail(lms, email)
  if (email !== undefined && byEmail === undefined) {
    return complaint(406, `The user with the email address ${email} does not exist.`)
  }
  const mode = fields['mode'] ?? 'audit'
  if (!caller.isStaff && mode !== 'audit' && mode !== 'honor') {
    return complaint(403, `User does not have permission to create enrollment with mode [${printed(mode)}].`)
  }
  if (username === undefined) return byEmail ?? caller
  return findByUsername(lms, username) ?? complaint(406, `The user ${username} does not exist.`)
}

function embargoed(lms: LmsState, courseKey: string): Answer {
  return json(403, {
    message: `Users from this location cannot access the course '${courseKey}'.`,
    user_message_url: `${lms.url}/embargo/blocked-message/enrollment/default/`,
  })
}

function refuseTypes(fields: Fields): Answer | undefined {
  const { is_active: isActive, force_enrollment: force } = fields
  if (isNoFlag(isActive)) return complaint(400, `'${printed(isActive)}' is an invalid enrollment activation status.`)
  if (isNoFlag(force)) return complaint(400, `'${printed(force)}' is an invalid force enrollment status.`)
  return undefined
}

function isNoFlag(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'boolean'
}

/** Attributes without namespace or name break the original before it writes; one without value does not. */
function areNamedAttributes(attributes: unknown): attributes is readonly Fields[] {
  return Array.isArray(attributes) && attributes.every((one) => isObject(one) && 'namespace' in one && 'name' in one)
}

function readWish(fields: Fields, caller: LmsUser, attributes: readonly Fields[]): EnrolmentWish {
  const mode = fields['mode'] ?? null
  const { is_active: isActive } = fields
  const namesProvider = attributes.some(({ namespace, name }) => namespace === 'credit' && name === 'provider_id')
  return {
    mode: mode === null ? null : printed(mode),
    isActive: typeof isActive === 'boolean' ? isActive : null,
    force: caller.isStaff && fields['force_enrollment'] === true,
    lacksCreditProvider: mode === 'credit' && attributes.length > 0 && !namesProvider,
  }
}
