import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CourseKey, type Lms } from '@seatkeeper/core'
import { createOpenedx } from './openedx.ts'
import { inTurn, sayJson, sayPage, startScriptedLms, toolsForOne, type ScriptedLms } from './scripted-lms.fixture.ts'

const course = CourseKey.parse('course-v1:Org+C1+R1')

let server: ScriptedLms
let lms: Lms

beforeEach(async () => {
  server = await startScriptedLms()
  lms = createOpenedx(server.config, toolsForOne())
})
afterEach(() => server.close())

const details = (enrollment_start: unknown) => sayJson(200, { course_id: course, enrollment_start })
const readOpening = (signal = new AbortController().signal) => lms.readOpening(course, signal)

describe('readOpening', () => {
  it('reads when a course run opens, without a token', async () => {
    server.answerApi(details('2027-01-01T08:00:00Z'))
    expect(await readOpening()).toBe(Date.UTC(2027, 0, 1, 8))
    expect(server.calls).toMatchObject([
      { method: 'GET', url: '/api/enrollment/v1/course/course-v1%3AOrg%2BC1%2BR1?include_expired=1' },
    ])
    expect(server.calls[0]?.headers).not.toHaveProperty('authorization')
  })

  it.each([
    ['the course run names no time', details(null)],
    ['there is no such course run', sayJson(400, { message: "No course found for course ID 'X'" })],
  ])('reads null where %s', async (_what, script) => {
    server.answerApi(script)
    expect(await readOpening()).toBeNull()
  })

  it('asks once for many callers, and again after a minute', async () => {
    let nowMs = Date.now()
    lms = createOpenedx(server.config, { ...toolsForOne(), nowMs: () => nowMs })
    server.answerApi(inTurn(details(null), details('2027-01-01T08:00:00+00:00')))
    await Promise.all(Array.from({ length: 50 }, () => readOpening()))
    nowMs += 59_999
    expect(await readOpening()).toBeNull()
    expect(server.calls).toHaveLength(1)
    nowMs += 1
    expect(await readOpening()).toBe(Date.UTC(2027, 0, 1, 8))
  })

  it('keeps no failure', async () => {
    server.answerApi(inTurn(sayPage(502), details(null)))
    await expect(readOpening()).rejects.toMatchObject({ code: 'LMS_UNREACHABLE' })
    expect(await readOpening()).toBeNull()
  })

  it('lets a caller give up without taking the answer from the others', async () => {
    const caller = new AbortController()
    server.answerApi((...args) => {
      caller.abort()
      details(null)(...args)
    })
    const hurried = readOpening(caller.signal)
    const patient = readOpening()
    await expect(hurried).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    expect(await patient).toBeNull()
    expect(server.calls).toHaveLength(1)
  })

  it.each([
    ['no time', 'soon'],
    ['a time of no known zone', '2027-01-01T08:00:00'],
    ['nothing', undefined],
  ])('does not believe an opening of %s', async (_what, opening) => {
    server.answerApi(details(opening))
    await expect(readOpening()).rejects.toMatchObject({ code: 'LMS_ANSWER_MISMATCH' })
  })
})
