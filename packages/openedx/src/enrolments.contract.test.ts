import { describe, expect, it } from '@jest/globals'
import { CourseKey, CourseMode, noEnrolment, OrderId, StoreId, Username } from '@seatkeeper/core'
import { demoCourseKeys } from '@seatkeeper/simulators'
import { audit, course, useLmsSite, verified } from './lms-site.fixture.ts'

const at = useLmsSite()
const { read, write, rowOf } = at

describe('the adapter, enrolments', () => {
  it('enrols, reads and withdraws, keeping the mode', async () => {
    expect(await read()).toEqual(noEnrolment)
    await write()
    expect(await read()).toEqual({ isActive: true, mode: 'verified' })
    await write({ isActive: false })
    expect(await read()).toEqual({ isActive: false, mode: 'verified' })
    await write()
    expect(rowOf()).toEqual({ isActive: true, mode: 'verified' })
  })

  it('keeps the order beside a row that it makes, and whatever else is there from then on', async () => {
    const order = { store: StoreId.parse('shop'), order: OrderId.parse('15') }
    const byOrder = [{ namespace: 'seatkeeper', name: 'order', value: 'shop/15' }]
    await write({ order })
    expect(at.site.rows()).toMatchObject([{ attributes: byOrder }])
    await write({ isActive: false })
    await write()
    expect(at.site.rows()).toMatchObject([{ attributes: byOrder }])
  })

  it('makes one enrolment of the same write made twice', async () => {
    await write()
    await write()
    expect(at.site.events.filter(({ kind }) => kind === 'activated')).toHaveLength(1)
  })

  it('raises and lowers the mode of an active row', async () => {
    await write({ mode: audit })
    await write()
    expect(rowOf()).toEqual({ isActive: true, mode: 'verified' })
    await write({ mode: audit })
    expect(rowOf()).toEqual({ isActive: true, mode: 'audit' })
  })

  it('enrols into a course run without modes and one that has only the paid one', async () => {
    await write({ course: CourseKey.parse(demoCourseKeys.noModes), mode: audit })
    await write({
      course: CourseKey.parse(demoCourseKeys.professionalOnly),
      mode: CourseMode.parse('professional'),
    })
    expect(at.site.rows()).toMatchObject([{ mode: 'audit' }, { mode: 'professional' }])
  })

  const unknown = 'course-v1:DemoU+NONE+2026'
  it.each([
    ['an unknown course run', unknown, verified, 'LMS_COURSE_UNKNOWN'],
    ['a mode that is not offered', demoCourseKeys.professionalOnly, verified, 'LMS_MODE_UNAVAILABLE'],
    ['an expired mode', demoCourseKeys.expiredVerified, verified, 'LMS_MODE_UNAVAILABLE'],
    ['a closed course run', demoCourseKeys.closed, verified, 'LMS_ENROLMENT_REFUSED'],
    ['a course run by invitation', demoCourseKeys.inviteOnly, verified, 'LMS_ENROLMENT_REFUSED'],
    ['a full course run', demoCourseKeys.full, verified, 'LMS_ENROLMENT_REFUSED'],
  ])('says of %s what it is', async (_what, key, mode, code) => {
    await expect(write({ course: CourseKey.parse(key), mode })).rejects.toMatchObject({ code })
    expect(rowOf('Alice', key)).toBeUndefined()
  })

  it('reads an unknown course run as no enrolment', async () => {
    expect(await read(CourseKey.parse(unknown))).toEqual(noEnrolment)
  })

  it('says that an embargo or a plugin refuses a learner', async () => {
    at.site.addUser({ username: 'kida', email: 'kida@example.org', country: 'XA' })
    const embargoed = { username: Username.parse('kida'), course: CourseKey.parse(demoCourseKeys.embargoed) }
    await expect(write(embargoed)).rejects.toMatchObject({ code: 'LMS_LEARNER_BLOCKED' })
    at.site.addCourse({ key: course, name: 'Picky', modes: [{ slug: 'verified' }], filterMessage: 'Not you.' })
    await expect(write()).rejects.toMatchObject({ code: 'LMS_LEARNER_BLOCKED', theirWords: 'Not you.' })
  })

  it('says that a learner has gone', async () => {
    at.site.retire('Alice')
    await expect(write()).rejects.toMatchObject({ code: 'LEARNER_NOT_REGISTERED' })
  })

  it('withdraws nothing whose mode changed meanwhile, to be tried again', async () => {
    at.site.adminSet('Alice', course, { isActive: true, mode: 'verified' })
    await expect(write({ isActive: false, mode: audit })).rejects.toMatchObject({ code: 'LMS_ERROR' })
    expect(rowOf()).toEqual({ isActive: true, mode: 'verified' })
  })

  it('withdraws an expired mode', async () => {
    const expired = CourseKey.parse(demoCourseKeys.expiredVerified)
    at.site.adminSet('Alice', expired, { isActive: true, mode: 'verified' })
    await write({ course: expired, isActive: false })
    expect(rowOf('Alice', expired)).toEqual({ isActive: false, mode: 'verified' })
  })

  it('withdraws a mode that the course run no longer lists, and leaves the mode', async () => {
    await write()
    at.site.addCourse({ key: course, name: 'Audit only now', modes: [{ slug: 'audit' }] })
    await write({ isActive: false })
    expect(rowOf()).toEqual({ isActive: false, mode: 'verified' })
    expect(at.site.events.filter(({ kind }) => kind === 'deactivated')).toHaveLength(1)
  })
})

describe('the adapter, enrolments that are forced', () => {
  it.each([
    ['closed', demoCourseKeys.closed],
    ['by invitation', demoCourseKeys.inviteOnly],
  ])('enrols into a course run that is %s', async (_what, key) => {
    await write({ course: CourseKey.parse(key), isForced: true })
    expect(rowOf('Alice', key)).toEqual({ isActive: true, mode: 'verified' })
  })

  it('enrols nobody past the capacity', async () => {
    const full = { course: CourseKey.parse(demoCourseKeys.full), isForced: true }
    await expect(write(full)).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
  })
})
