import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CourseKey, type Courses } from '@seatkeeper/core'
import { createCourses } from './course-terms.ts'
import { sayJson, sayPage, startScriptedLms, type Script, type ScriptedLms } from './scripted-lms.fixture.ts'

const course = CourseKey.parse('course-v1:Org+C1+R1')
const details = {
  course_id: course,
  enrollment_start: null,
  enrollment_end: '2027-01-01T00:00:00Z',
  invite_only: false,
  course_modes: [
    { slug: 'verified', min_price: 49, expiration_datetime: '2026-12-01T00:00:00Z' },
    { slug: 'audit', min_price: 0, expiration_datetime: null },
    { slug: 'a mode with spaces' },
  ],
}

let server: ScriptedLms
let courses: Courses

beforeEach(async () => {
  server = await startScriptedLms()
  courses = createCourses(server.config)
})
afterEach(() => server.close())

const read = (signal = new AbortController().signal) => courses.readCourse(course, signal)

describe('createCourses', () => {
  it('reads window and modes, without a token', async () => {
    server.answerApi(sayJson(200, details))
    expect(await read()).toEqual({
      course,
      opensAtMs: null,
      closesAtMs: Date.UTC(2027, 0, 1),
      isInvitationOnly: false,
      modes: [
        { mode: 'verified', price: 49, expiresAtMs: Date.UTC(2026, 11, 1) },
        { mode: 'audit', price: 0, expiresAtMs: null },
      ],
    })
    expect(server.tokenCalls()).toEqual([])
    expect(server.calls[0]?.headers).not.toHaveProperty('authorization')
  })

  it('knows no course run that the LMS does not know', async () => {
    server.answerApi(sayJson(400, { message: "No course found for course ID 'X'" }))
    expect(await read()).toBeUndefined()
  })

  it.each<[string, Script, string]>([
    ['a page', sayPage(200), 'LMS_UNREACHABLE'],
    ['another shape', sayJson(200, { ...details, course_modes: null }), 'LMS_ANSWER_MISMATCH'],
    ['too many questions', sayJson(429, {}), 'LMS_THROTTLED'],
  ])('fails for %s', async (_, script, code) => {
    server.answerApi(script)
    await expect(read()).rejects.toMatchObject({ code })
  })

  it('ends when its caller gives up', async () => {
    server.answerApi(() => undefined)
    await expect(read(AbortSignal.timeout(50))).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
  })
})
