import { describe, expect, it } from '@jest/globals'
import { CourseKey, noEnrolment } from '@seatkeeper/core'
import { alice, closedCourse, course, newcomer, signal, useLmsSite } from './lms-site.fixture.ts'

const at = useLmsSite()
const { read, write, list } = at

describe('the adapter, course keys', () => {
  it('reads, writes, lists and invites to a course whose key has letters of another script', async () => {
    const key = CourseKey.parse('course-v1:ExampleU+ÜBER:物理~I+2026')
    at.site.addCourse({ key, name: 'Physics', modes: [{ slug: 'verified' }] })
    expect(await read(key)).toEqual(noEnrolment)
    await write({ course: key })
    expect(await read(key)).toEqual({ isActive: true, mode: 'verified' })
    expect(await list(alice)).toMatchObject([{ course: key }])
    expect(await at.lms.readOpening(key, signal)).toBeNull()
    await at.lms.invite({ email: newcomer, course: key }, signal)
    await at.lms.withdrawInvitation({ email: newcomer, course: key }, signal)
  })
})

describe('the adapter, openings', () => {
  it('reads when a course run opens', async () => {
    const opensAtMs = Date.UTC(2099, 0, 1)
    at.site.addCourse({ key: course, name: 'Later', modes: [{ slug: 'verified' }], enrollmentStartMs: opensAtMs })
    expect(await at.lms.readOpening(course, signal)).toBe(opensAtMs)
    expect(await at.lms.readOpening(closedCourse, signal)).toBeNull()
    await expect(write()).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
  })

  it('knows no opening of an unknown course run', async () => {
    expect(await at.lms.readOpening(CourseKey.parse('course-v1:DemoU+NONE+2026'), signal)).toBeNull()
  })

  it('asks as nobody, so that the staff user’s calls are spared', async () => {
    at.site.settings.staffCallsPerMinute = 0
    expect(await at.lms.readOpening(course, signal)).toBeNull()
    at.site.settings.userCallsPerMinute = 0
    await expect(at.lms.readOpening(closedCourse, signal)).rejects.toMatchObject({ code: 'LMS_THROTTLED' })
  })
})
