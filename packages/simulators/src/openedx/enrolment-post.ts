import { termsOf, mayEnrol } from './course-terms.ts'
import { ruleEnrolment, type EnrolmentRefusal } from './enrolment-rules.ts'
import { complaint, readEnrolmentRequest, unknownCourse, type EnrolmentRequest } from './enrolment-request.ts'
import { isObject, json, readBody, type Answer, type Call } from './http.ts'
import { courseDetails, enrolment } from './representations.ts'
import { writeRow } from './rows.ts'
import { findRow, stateOf, type LmsCourse, type LmsRow, type LmsState, type LmsUser } from './state.ts'

/**
 * Answers `POST /api/enrollment/v1/enrollment`: 200 for created, changed and already there alike.
 *
 * Attributes and cohort are looked at after the row is written, so their refusals leave it written.
 */
export function postEnrolment(lms: LmsState, call: Call, caller: LmsUser): Answer {
  const read = readBody(call)
  if ('refusal' in read) return read.refusal
  const request = readEnrolmentRequest(lms, read.fields, caller)
  if ('status' in request) return request
  if (request.course === undefined) return unknownCourse(request.courseKey)
  return decide(lms, request, request.course, caller)
}

function decide(lms: LmsState, request: EnrolmentRequest, course: LmsCourse, caller: LmsUser): Answer {
  const { learner, wish } = request
  const known = findRow(lms, learner, course.key)
  const situation = {
    row: known && stateOf(known),
    course: termsOf(lms, course),
    learnerMayEnrol: mayEnrol(lms, learner, course),
    callerIsStaff: caller.isStaff,
  }
  const ruling = ruleEnrolment(situation, wish)
  if (ruling.kind === 'refused') return refusals[ruling.why](lms, request, course, known)
  if (ruling.kind === 'already-enrolled' && known !== undefined) return json(200, enrolment(lms, known))
  const states = ruling.kind === 'write' ? ruling.states : []
  const row = writeRow(lms, { user: learner, course, cause: 'api' }, states)
  return keepExtras(row, request) ?? json(200, enrolment(lms, row))
}

/** One answer per refusal; three causes share one, so a caller cannot tell them apart. */
const refusals: Readonly<
  Record<EnrolmentRefusal, (lms: LmsState, request: EnrolmentRequest, course: LmsCourse, row?: LmsRow) => Answer>
> = {
  'mode-unavailable': (lms, { wish }, course) =>
    json(400, {
      message: `The [${wish.mode ?? 'None'}] course mode is expired or otherwise unavailable for course run [${course.key}].`,
      course_details: courseDetails(lms, course, false),
    }),
  'mode-mismatch': (_lms, { wish }, _course, row) =>
    complaint(
      400,
      `Enrollment mode mismatch: active mode=${row?.mode}, requested mode=${wish.mode}. Won't deactivate.`,
    ),
  'attributes-missing': () =>
    complaint(400, "Missing enrollment attributes: requested mode=credit required attributes=['credit:provider_id']"),
  filtered: (_lms, _request, { filterMessage = '' }) =>
    json(403, { message: filterMessage, localizedMessage: filterMessage }),
  'closed-to-learner': (_lms, request) => notCreated(request),
  full: (_lms, request) => notCreated(request),
}

function notCreated({ learner, courseKey }: EnrolmentRequest): Answer {
  const whose = `user '${learner.username}' in course '${courseKey}'`
  return complaint(400, `An error occurred while creating the new course enrollment for ${whose}`)
}

function keepExtras(row: LmsRow, { attributes, cohort }: EnrolmentRequest): Answer | undefined {
  if (attributes?.some((one) => isObject(one) && !('value' in one))) {
    const message = "'value' not in enrollment attribute"
    return json(400, { message, localizedMessage: message })
  }
  if (attributes !== undefined) row.attributes = attributes
  if (cohort === undefined || row.course.cohorts?.includes(cohort)) return undefined
  return complaint(400, `An error occured while adding to cohort [${cohort}]`)
}
