import { describe, expect, it } from '@jest/globals'
import { startSite } from './site.fixture.ts'
import { demoCourseKeys, type LmsCourse } from './simulator.ts'

const course = (key: string) => `/api/enrollment/v1/course/${key}`

describe('GET course/{id}', () => {
  it('ignores authentication, bad or missing', async () => {
    const { ask } = await startSite()
    const known = { status: 200, body: { course_id: demoCourseKeys.closed, enrollment_end: '2020-01-01T00:00:00Z' } }
    expect(await ask('GET', course(demoCourseKeys.closed), undefined, {})).toMatchObject(known)
    expect(await ask('GET', course(demoCourseKeys.closed), undefined, { authorization: 'JWT x' })).toMatchObject(known)
  })

  it('leaves out expired modes unless asked', async () => {
    const { ask } = await startSite()
    const slugsAt = async (path: string) =>
      Object((await ask('GET', path)).body).course_modes.map(({ slug }: { slug: string }) => slug)
    expect(await slugsAt(course(demoCourseKeys.expiredVerified))).toEqual(['audit'])
    expect(await slugsAt(`${course(demoCourseKeys.expiredVerified)}?include_expired=1`)).toEqual(['audit', 'verified'])
    expect(await slugsAt(course(demoCourseKeys.noModes))).toEqual(['audit'])
    expect(await slugsAt(course(demoCourseKeys.professionalOnly))).toEqual(['professional'])
  })

  it('does not know an unknown course', async () => {
    const { ask } = await startSite()
    expect(await ask('GET', course('course-v1:A+B+C'))).toMatchObject({
      status: 400,
      body: { message: "No course found for course ID 'course-v1:A+B+C'" },
    })
  })

  it('keeps its answer for a minute', async () => {
    const { lms, clock, ask } = await startSite()
    const before: LmsCourse = { key: 'course-v1:A+B+C', name: 'Before', modes: [] }
    lms.addCourse(before)
    await ask('GET', course(before.key))
    lms.addCourse({ ...before, name: 'After' })
    expect(await ask('GET', course(before.key))).toMatchObject({ body: { course_name: 'Before' } })
    clock.nowMs += 60_000
    expect(await ask('GET', course(before.key))).toMatchObject({ body: { course_name: 'After' } })
  })

  it('lets 40 calls a minute through per address', async () => {
    const { ask } = await startSite({ userCallsPerMinute: 2 })
    await ask('GET', course(demoCourseKeys.full))
    await ask('GET', course(demoCourseKeys.full))
    expect(await ask('GET', course(demoCourseKeys.full))).toMatchObject({ status: 429 })
  })
})

describe('GET courses', () => {
  it('pages through the courses, without modes', async () => {
    const { lms, ask } = await startSite()
    const { body } = await ask('GET', '/api/courses/v1/courses/?page_size=3&page=2')
    expect(body).toMatchObject({
      results: [
        { course_id: demoCourseKeys.expiredVerified },
        { enrollment_end: '2020-01-01T00:00:00Z' },
        { invitation_only: true },
      ],
      pagination: { next: `${lms.url}/api/courses/v1/courses/?page=3&page_size=3`, count: 8, num_pages: 3 },
    })
    expect(await ask('GET', '/api/courses/v1/courses/?page=9')).toMatchObject({ status: 404 })
  })
})
