import { describe, expect, it } from '@jest/globals'
import { failures, type HttpAnswer, type Verdict } from '@seatkeeper/core'
import { meaningOf, type Endpoint, type Meaning } from './answers.ts'

const json = (status: number, value: unknown): HttpAnswer => ({
  status,
  mediaType: 'application/json',
  body: JSON.stringify(value),
})
const page = (status: number): HttpAnswer => ({ status, mediaType: 'text/html', body: '<html>page</html>' })
const empty = (status: number): HttpAnswer => ({ status, mediaType: '', body: '' })
const truncated = (status: number): HttpAnswer => ({ status, mediaType: 'application/json', body: '{"mode":"hon' })
const message = (status: number, text: string) => json(status, { message: text })
const detail = (status: number, text: string) => json(status, { detail: text })
const withRetryAfter = (answer: HttpAnswer): HttpAnswer => ({ ...answer, retryAfter: '38' })

const everyApi = [
  'findAccount',
  'readEnrolment',
  'readEnrolments',
  'readOpening',
  'writeEnrolment',
  'invite',
  'withdrawInvitation',
] as const
const everyEndpoint = ['token', ...everyApi] as const

type Case = readonly [what: string, answer: HttpAnswer, means: Meaning]

function table(endpoints: readonly Endpoint[], cases: readonly Case[]) {
  return cases.flatMap(([what, answer, means]) => endpoints.map((endpoint) => ({ endpoint, what, answer, means })))
}

function readsAs(endpoints: readonly Endpoint[], cases: readonly Case[]) {
  it.each(table(endpoints, cases))('$endpoint: reads $what as $means', ({ endpoint, answer, means }) => {
    expect(meaningOf(endpoint, answer)).toBe(means)
  })
}

describe('meaningOf, of the token endpoint', () => {
  const granted = { access_token: 'a.b.c', expires_in: 3600, token_type: 'JWT', scope: 'read' }
  readsAs(
    ['token'],
    [
      ['a token', json(200, granted), 'ok'],
      ['a token that does not say how long it lives', json(200, { ...granted, expires_in: undefined }), 'ok'],
      ['unknown client or wrong secret', json(401, { error: 'invalid_client' }), 'LMS_TOKEN_REFUSED'],
      ['another grant type', json(400, { error: 'unauthorized_client' }), 'LMS_TOKEN_REFUSED'],
      ['unknown grant type', json(400, { error: 'unsupported_grant_type' }), 'LMS_TOKEN_REFUSED'],
      ['bad scope', json(400, { error: 'invalid_scope' }), 'LMS_TOKEN_REFUSED'],
      ['access denied', json(403, { error: 'access_denied' }), 'LMS_TOKEN_REFUSED'],
      ['application without a user', page(500), 'LMS_UNREACHABLE'],
      ['JSON 500', json(500, {}), 'LMS_UNREACHABLE'],
      ['a restricted application', json(200, { ...granted, expires_in: -1 }), 'LMS_TOKEN_REFUSED'],
      ['over rate', page(429), 'LMS_THROTTLED'],
      ['over rate on an old build', page(403), 'LMS_THROTTLED'],
      ['wrong method', empty(405), 'LMS_ENDPOINT_MISSING'],
      ['no such address, empty', empty(404), 'LMS_ENDPOINT_MISSING'],
      ['no token in the answer', json(200, {}), 'LMS_UNREACHABLE'],
      ['truncated JSON', truncated(200), 'LMS_UNREACHABLE'],
      ['nothing', empty(200), 'LMS_UNREACHABLE'],
      ['a life that is no number', json(200, { ...granted, expires_in: { toString: 1, valueOf: 1 } }), 'ok'],
      ['a life below zero in words', json(200, { ...granted, expires_in: '-1' }), 'LMS_TOKEN_REFUSED'],
    ],
  )
})

describe('meaningOf, of any endpoint', () => {
  readsAs(everyEndpoint, [
    ['a redirect', empty(301), 'LMS_MOVED'],
    ['a temporary redirect', page(302), 'LMS_MOVED'],
    ['a bad gateway', page(502), 'LMS_UNREACHABLE'],
    ['a deploy', page(503), 'LMS_UNREACHABLE'],
    ['a slow upstream', page(504), 'LMS_UNREACHABLE'],
    ['a gateway that speaks JSON', json(502, {}), 'LMS_UNREACHABLE'],
    ['maintenance with a time', withRetryAfter(page(503)), 'LMS_THROTTLED'],
    ['a page where JSON is due', page(200), 'LMS_UNREACHABLE'],
    ['a page with 400', page(400), 'LMS_UNREACHABLE'],
    ['an API that is not there', page(404), 'LMS_ENDPOINT_MISSING'],
    ['a throttle', withRetryAfter(detail(429, 'Request was throttled.')), 'LMS_THROTTLED'],
    ['a throttle without Retry-After', json(429, { developer_message: 'throttled' }), 'LMS_THROTTLED'],
    ['a throttle page', page(429), 'LMS_THROTTLED'],
    ['a proxy that waited too long', empty(408), 'LMS_UNREACHABLE'],
    ['something unknown', empty(418), 'LMS_ERROR'],
  ])
})

describe('meaningOf, of any API', () => {
  readsAs(everyApi, [
    ['no credentials', detail(401, 'Authentication credentials were not provided.'), 'LMS_TOKEN_REFUSED'],
    ['an expired or bad token', detail(401, 'Invalid token.'), 'LMS_TOKEN_REFUSED'],
    ['a token of the wrong kind', json(401, { error_code: 'token_nonexistent' }), 'LMS_TOKEN_REFUSED'],
    ['a caller who is not staff', detail(403, 'You do not have permission.'), 'LMS_FORBIDDEN'],
    ['a silent 403', empty(403), 'LMS_FORBIDDEN'],
    ['malformed JSON of ours', detail(400, 'JSON parse error - …'), 'LMS_REQUEST_REFUSED'],
    ['an LMS that failed', page(500), 'LMS_ERROR'],
    ['an LMS that failed in JSON', json(500, {}), 'LMS_ERROR'],
    ['wrong method', empty(405), 'LMS_ENDPOINT_MISSING'],
    ['404 in words of a framework', detail(404, 'Not found.'), 'LMS_ENDPOINT_MISSING'],
  ])
})

const course = 'course-v1:Org+C1+R1'
const row = { mode: 'verified', is_active: true, user: 'alice', course_details: { course_id: course } }

describe('meaningOf, of an enrolment written', () => {
  readsAs(
    ['writeEnrolment'],
    [
      ['the row', json(200, row), 'ok'],
      ['a refusal without words', json(400, { message: { toString: 1 } }), 'LMS_REQUEST_REFUSED'],
      ['no course id', message(400, 'Course ID must be specified to create a new enrollment.'), 'LMS_REQUEST_REFUSED'],
      ['an unknown course', message(400, `No course '${course}' found for enrollment`), 'LMS_COURSE_UNKNOWN'],
      ['an unknown user', message(406, 'The user bob does not exist.'), 'LEARNER_NOT_REGISTERED'],
      ['a caller who may not name others', empty(404), 'LMS_FORBIDDEN'],
      [
        'a caller who may not set modes',
        message(403, 'User does not have permission to create enrollment with mode [verified].'),
        'LMS_FORBIDDEN',
      ],
      [
        'a mode that is not offered',
        json(400, {
          message: `The [verified] course mode is expired or otherwise unavailable for course run [${course}].`,
          course_details: { course_id: course, course_modes: [{ slug: 'audit' }] },
        }),
        'LMS_MODE_UNAVAILABLE',
      ],
      [
        'closed, by invitation, or full',
        message(400, `An error occurred while creating the new course enrollment for user 'u' in course '${course}'`),
        'LMS_ENROLMENT_REFUSED',
      ],
      [
        'a mode that changed before our deactivation',
        message(400, "Enrollment mode mismatch: active mode=verified, requested mode=audit. Won't deactivate."),
        'LMS_ERROR',
      ],
      [
        'a missing credit attribute',
        message(400, "Missing enrollment attributes: requested mode=credit required attributes=['credit:provider_id']"),
        'LMS_REQUEST_REFUSED',
      ],
      [
        'an invalid attribute',
        json(400, { message: "'value' not in enrollment attribute", localizedMessage: '…' }),
        'LMS_REQUEST_REFUSED',
      ],
      [
        'a wrong type of is_active',
        message(400, "'foo' is an invalid enrollment activation status."),
        'LMS_REQUEST_REFUSED',
      ],
      [
        'a wrong type of force_enrollment',
        message(400, "'foo' is an invalid force enrollment status."),
        'LMS_REQUEST_REFUSED',
      ],
      ['an unknown cohort', message(400, 'An error occured while adding to cohort [x]'), 'LMS_REQUEST_REFUSED'],
      ['a plugin that blocks', json(403, { message: 'No.', localizedMessage: 'No.' }), 'LMS_LEARNER_BLOCKED'],
      [
        'an embargo',
        json(403, {
          message: `Users from this location cannot access the course '${course}'.`,
          user_message_url: 'https://lms.example.org/embargo/blocked-message/enrollment/default/',
        }),
        'LMS_LEARNER_BLOCKED',
      ],
      ['a truncated row', truncated(200), 'LMS_OUTCOME_UNKNOWN'],
      ['nothing', empty(200), 'LMS_OUTCOME_UNKNOWN'],
    ],
  )
})

describe('meaningOf, of an enrolment read', () => {
  readsAs(
    ['readEnrolment'],
    [
      ['a row', json(200, row), 'ok'],
      ['no row, no such user, no such course', empty(200), 'absent'],
      ['a caller who may not ask about others', empty(404), 'LMS_FORBIDDEN'],
      ['a truncated row', truncated(200), 'LMS_UNREACHABLE'],
    ],
  )
})

describe('meaningOf, of enrolments listed', () => {
  readsAs(
    ['readEnrolments'],
    [
      ['a page', json(200, { next: null, previous: null, results: [] }), 'ok'],
      ['a page cut short', truncated(200), 'LMS_UNREACHABLE'],
      ['nothing', empty(200), 'LMS_UNREACHABLE'],
      [
        'a name it does not take',
        json(400, { field_errors: { username: { developer_message: 'Usernames can only …' } } }),
        'LMS_REQUEST_REFUSED',
      ],
      ['a throttle of its own form', json(429, { developer_message: 'Request was throttled.' }), 'LMS_THROTTLED'],
      ['a caller who is not staff', json(403, { developer_message: 'No permission.' }), 'LMS_FORBIDDEN'],
    ],
  )
})

describe('meaningOf, of a course run’s opening', () => {
  readsAs(
    ['readOpening'],
    [
      ['a course run', json(200, { course_id: course, enrollment_start: null }), 'ok'],
      ['an unknown course run', message(400, `No course found for course ID '${course}'`), 'absent'],
      ['a course run cut short', truncated(200), 'LMS_UNREACHABLE'],
      ['a throttle by address', withRetryAfter(detail(429, 'Request was throttled.')), 'LMS_THROTTLED'],
    ],
  )
})

describe('meaningOf, of an account looked up', () => {
  readsAs(
    ['findAccount'],
    [
      ['an account', json(200, [{ username: 'alice', email: 'alice@example.org', id: 42 }]), 'ok'],
      ['none', empty(404), 'absent'],
      ['a retired one', json(404, { error_msg: '…', can_cancel_retirement: false, retirement_id: null }), 'absent'],
      ['truncated JSON', truncated(200), 'LMS_UNREACHABLE'],
    ],
  )
})

describe('meaningOf, of an invitation', () => {
  const invited = { email: 'a@example.org', course_id: course, auto_enroll: true }
  readsAs(
    ['invite'],
    [
      ['a new one', json(201, invited), 'ok'],
      ['one that was there', message(409, 'An enrollment allowed with email e and course c already exists.'), 'ok'],
      ['a missing field', message(400, "Please provide a value for 'email' and 'course_id'"), 'LMS_REQUEST_REFUSED'],
      ['a caller who is not staff', detail(403, 'You do not have permission.'), 'LMS_FORBIDDEN'],
    ],
  )
  readsAs(
    ['withdrawInvitation'],
    [
      ['one taken back', empty(204), 'ok'],
      ['none', message(404, "An enrollment allowed with email e and course c doesn't exists."), 'absent'],
      ['an empty 404', empty(404), 'LMS_FORBIDDEN'],
      ['a missing field', message(400, "Please provide a value for 'email' and 'course_id'"), 'LMS_REQUEST_REFUSED'],
    ],
  )
})

describe('meaningOf, by the table of verdicts', () => {
  const verdicts: readonly (readonly [what: string, endpoint: Endpoint, answer: HttpAnswer, verdict: Verdict])[] = [
    ['502', 'writeEnrolment', page(502), 'outage'],
    ['503', 'writeEnrolment', page(503), 'outage'],
    ['504', 'writeEnrolment', page(504), 'outage'],
    ['a page where JSON is due', 'readEnrolment', page(200), 'outage'],
    ['token endpoint 500', 'token', page(500), 'outage'],
    ['token endpoint 503', 'token', page(503), 'outage'],
    ['429', 'readEnrolment', detail(429, 'Request was throttled.'), 'throttled'],
    ['429 page', 'token', page(429), 'throttled'],
    ['503 with Retry-After', 'findAccount', withRetryAfter(page(503)), 'throttled'],
    ['403 page of the token endpoint', 'token', page(403), 'throttled'],
    ['token 400', 'token', json(400, { error: 'unauthorized_client' }), 'misconfigured'],
    ['token 401', 'token', json(401, { error: 'invalid_client' }), 'misconfigured'],
    ['API 401 after the refresh', 'readEnrolment', detail(401, 'Invalid token.'), 'misconfigured'],
    ['API 403 with detail', 'invite', detail(403, 'You do not have permission.'), 'misconfigured'],
    ["v1's empty 404", 'readEnrolment', empty(404), 'misconfigured'],
    ['301', 'writeEnrolment', empty(301), 'misconfigured'],
    ['404 page', 'invite', page(404), 'misconfigured'],
    ['500 for one seat', 'writeEnrolment', page(500), 'transient'],
    ['anything unknown', 'writeEnrolment', empty(418), 'transient'],
    ['course unknown', 'writeEnrolment', message(400, "No course 'x' found for enrollment"), 'permanent'],
    ['mode not offered', 'writeEnrolment', json(400, { message: '', course_details: {} }), 'permanent'],
    [
      'closed or full',
      'writeEnrolment',
      message(400, 'An error occurred while creating the new course enrollment for'),
      'permanent',
    ],
    ['filter or embargo', 'writeEnrolment', message(403, 'Users from this location cannot …'), 'permanent'],
  ]
  const cases = verdicts.map(([what, endpoint, answer, verdict]) => ({ what, endpoint, answer, verdict }))
  it.each(cases)('$endpoint: $what is judged $verdict', ({ endpoint, answer, verdict }) => {
    const meaning = meaningOf(endpoint, answer)
    expect(meaning === 'ok' || meaning === 'absent' ? meaning : failures[meaning].verdict).toBe(verdict)
  })
})
