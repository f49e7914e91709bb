import { beforeEach, describe, expect, it } from '@jest/globals'
import { CourseKey, noEnrolment, Username } from '@seatkeeper/core'
import { alice, closedCourse, course, signal, useLmsSite } from './lms-site.fixture.ts'
import { createOpenedx } from './openedx.ts'
import { configFor, toolsForOne } from './scripted-lms.fixture.ts'

const at = useLmsSite()
const { write, list, callsOf } = at

describe('the adapter, enrolments listed', () => {
  const bob = Username.parse('bob')

  it('lists the rows of those it asks about, inactive ones too', async () => {
    at.site.addUser({ username: 'bob', email: 'bob@example.org' })
    at.site.addUser({ username: 'carol', email: 'carol@example.org' })
    at.site.adminSet('Alice', course, { isActive: false, mode: 'verified' })
    at.site.adminSet('bob', closedCourse, { isActive: true, mode: 'audit' })
    at.site.adminSet('carol', course, { isActive: true, mode: 'audit' })
    expect(await list(alice, bob, Username.parse('nobody'))).toEqual([
      { username: 'bob', course: closedCourse, enrolment: { isActive: true, mode: 'audit' } },
      { username: 'Alice', course, enrolment: { isActive: false, mode: 'verified' } },
    ])
  })

  it('lists them all, page after page', async () => {
    const keys = Array.from({ length: 250 }, (_, index) => CourseKey.parse(`course-v1:DemoU+MANY+${index}`))
    for (const key of keys) {
      at.site.addCourse({ key, name: key, modes: [{ slug: 'audit' }] })
      at.site.adminSet('Alice', key, { isActive: true, mode: 'audit' })
    }
    const rows = await list(alice)
    expect(new Set(rows.map((row) => row.course))).toEqual(new Set(keys))
    expect(at.site.journal.filter(({ route }) => route === 'enrollment-list')).toHaveLength(3)
  })

  it('knows a learner whom it asks about in another spelling', async () => {
    await write()
    expect(await list(Username.parse('alice'))).toMatchObject([{ username: 'alice', enrolment: { mode: 'verified' } }])
  })

  it('notices that staff status is gone, and a throttle that names no time', async () => {
    at.site.settings.staffCallsPerMinute = 1
    await list(alice)
    await expect(list(alice)).rejects.toMatchObject({ code: 'LMS_THROTTLED', retryAfterMs: 60_000 })
    at.site.setStaff('service', false)
    await expect(list(alice)).rejects.toMatchObject({ code: 'LMS_FORBIDDEN' })
  })
})

describe('the adapter, rows that several jobs read', () => {
  const seat = { class: 'enroll', calls: 1, shared: 1, holdMs: 20_000 } as const
  const learners = Array.from({ length: 12 }, (_, index) => Username.parse(`learner-${index}`))

  /** What each of some jobs reads that were let in together. */
  async function readTogether(seats: readonly (readonly [username: Username, key: CourseKey])[]) {
    const enter = createOpenedx(configFor(at.site.url, 20_000), toolsForOne()).entrance(seat)
    const jobs = await Promise.all(seats.map(() => enter(signal)))
    return Promise.all(
      seats.map(async ([username, key], index) => jobs[index]?.lms.readEnrolment(username, key, signal)),
    )
  }

  beforeEach(() => {
    for (const username of learners) at.site.addUser({ username, email: `${username}@example.org` })
  })

  it('are the same as by calls of their own, and cost one', async () => {
    learners.slice(0, 6).forEach((username, index) => {
      at.site.adminSet(username, course, { isActive: index % 2 === 0, mode: index % 3 === 0 ? 'audit' : 'verified' })
      at.site.adminSet(username, closedCourse, { isActive: true, mode: 'verified' })
    })
    const seats = [...learners, Username.parse('nobody')].map((username) => [username, course] as const)
    const together = await readTogether(seats)
    expect(callsOf('enrollment-list')).toBe(1)
    expect(together).toEqual(
      await Promise.all(seats.map(([username]) => at.lms.readEnrolment(username, course, signal))),
    )
    expect(together.filter((row) => row?.mode !== null)).toHaveLength(6)
  })

  it('are those of several course runs, and of learners with more rows than the list is read for', async () => {
    const keys = Array.from({ length: 250 }, (_, index) => CourseKey.parse(`course-v1:DemoU+MANY+${index}`))
    for (const key of keys) {
      at.site.addCourse({ key, name: key, modes: [{ slug: 'audit' }] })
      at.site.adminSet('Alice', key, { isActive: true, mode: 'audit' })
    }
    const seats = [keys[0], keys[249], course].map((key) => [alice, key ?? course] as const)
    expect(await readTogether(seats)).toEqual([
      { isActive: true, mode: 'audit' },
      { isActive: true, mode: 'audit' },
      noEnrolment,
    ])
    expect(callsOf('enrollment-list')).toBe(2)
    expect(callsOf('enrollment-get')).toBe(2)
  })
})
