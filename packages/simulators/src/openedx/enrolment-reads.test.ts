import { describe, expect, it } from '@jest/globals'
import { startSite, verified } from './site.fixture.ts'
import { demoCourseKeys } from './simulator.ts'

const v1 = '/api/enrollment/v1'

describe('GET enrollment/{username},{course}', () => {
  it('answers the row, active or not, with the plus written either way', async () => {
    const { lms, ask } = await startSite()
    lms.adminSet('Alice', verified, { mode: 'verified', isActive: false })
    const row = { status: 200, body: { user: 'Alice', mode: 'verified', is_active: false } }
    expect(await ask('GET', `${v1}/enrollment/alice,${verified}`)).toMatchObject(row)
    expect(await ask('GET', `${v1}/enrollment/alice,${encodeURIComponent(verified)}`)).toMatchObject(row)
  })

  it.each([
    ['row', `alice,${verified}`],
    ['user', `bob,${verified}`],
    ['course', 'alice,course-v1:A+B+C'],
  ])('answers 200 with nothing at all where there is no %s', async (_name, path) => {
    const { ask } = await startSite()
    const { status, headers, body } = await ask('GET', `${v1}/enrollment/${path}`)
    expect([status, headers.get('content-type'), body]).toEqual([200, null, ''])
  })

  it('answers a page to a key with too few parts, and breaks on an odd one', async () => {
    const { ask } = await startSite()
    expect(await ask('GET', `${v1}/enrollment/alice,course-v1:A`)).toMatchObject({ status: 404, body: /Not Found/ })
    expect(await ask('GET', `${v1}/enrollment/alice,A+B+C`)).toMatchObject({ status: 500 })
  })

  it('shows others than staff their own row only', async () => {
    const { lms, ask } = await startSite()
    lms.adminSet('service', verified, { mode: 'audit', isActive: true })
    lms.setStaff('service', false)
    expect(await ask('GET', `${v1}/enrollment/alice,${verified}`)).toMatchObject({ status: 404, body: '' })
    expect(await ask('GET', `${v1}/enrollment/${verified}`)).toMatchObject({ status: 200, body: { user: 'service' } })
  })
})

describe('GET enrollment?user=', () => {
  it('lists active rows only, and none of an unknown user', async () => {
    const { lms, ask } = await startSite()
    lms.adminSet('Alice', verified, { mode: 'verified', isActive: true })
    lms.adminSet('Alice', demoCourseKeys.closed, { mode: 'audit', isActive: false })
    expect(await ask('GET', `${v1}/enrollment?user=alice`)).toMatchObject({
      status: 200,
      body: [{ course_details: { course_id: verified } }],
    })
    expect(await ask('GET', `${v1}/enrollment?user=bob`)).toMatchObject({ status: 200, body: [] })
  })

  it('shows others than staff nothing of anybody else', async () => {
    const { lms, ask } = await startSite()
    lms.adminSet('Alice', verified, { mode: 'verified', isActive: true })
    lms.setStaff('service', false)
    expect((await ask('GET', `${v1}/enrollment?user=alice`)).body).toEqual([])
  })
})

describe('GET enrollments', () => {
  it('pages by a hundred with a cursor, newest first, inactive ones too', async () => {
    const { lms, ask } = await startSite()
    for (let number = 1; number <= 101; number += 1) {
      lms.addUser({ username: `user${number}`, email: `user${number}@example.org` })
      lms.adminSet(`user${number}`, verified, { mode: 'audit', isActive: false })
    }
    const first = await ask('GET', `${v1}/enrollments?course_id=${encodeURIComponent(verified)}&page_size=5`)
    expect(first).toMatchObject({ status: 200, body: { previous: null } })
    const { next, results } = Object(first.body)
    expect(results).toHaveLength(100)
    expect(results[0]).toEqual({
      created: '2026-11-21T18:00:00.000000Z',
      mode: 'audit',
      is_active: false,
      user: 'user101',
      course_id: verified,
    })
    const second = await ask('GET', String(next).replace(lms.url, ''))
    expect(second.body).toMatchObject({ next: null, results: [{ user: 'user1' }] })
  })

  it('filters by username, address and course; builds before 2023 do not filter by address', async () => {
    const { lms, ask } = await startSite()
    lms.adminSet('service', verified, { mode: 'audit', isActive: true })
    lms.adminSet('Alice', verified, { mode: 'verified', isActive: true })
    const usersOf = async (query: string) =>
      Object((await ask('GET', `${v1}/enrollments?${query}`)).body).results.map(({ user }: { user: string }) => user)
    expect(await usersOf('username=alice,bob')).toEqual(['Alice'])
    expect(await usersOf('email=alice%40example.org')).toEqual(['Alice'])
    expect(await usersOf(`username=alice&course_ids=${encodeURIComponent(demoCourseKeys.full)}`)).toEqual([])
    expect(await usersOf('username=nobody')).toEqual([])
    lms.settings.profile = 'pre2023'
    expect(await usersOf('email=alice%40example.org')).toEqual(['Alice', 'service'])
  })

  it('reads a bare plus in a query as a space', async () => {
    const { ask } = await startSite()
    expect(await ask('GET', `${v1}/enrollments?course_id=${verified}`)).toMatchObject({
      status: 400,
      body: {
        field_errors: {
          course_id: { developer_message: "'course-v1:DemoU AUDIT-VERIFIED 2026' is not a valid course id." },
        },
      },
    })
  })

  it('refuses bad and too many usernames', async () => {
    const { ask } = await startSite()
    const many = Array.from({ length: 101 }, (_, index) => `u${index}`).join(',')
    const refusal = { status: 400, body: { field_errors: { username: { developer_message: expect.any(String) } } } }
    expect(await ask('GET', `${v1}/enrollments?username=${many}`)).toMatchObject(refusal)
    expect(await ask('GET', `${v1}/enrollments?username=a%20b`)).toMatchObject(refusal)
  })

  it('puts refusals under developer_message', async () => {
    const { lms, ask } = await startSite()
    expect(await ask('GET', `${v1}/enrollments`, undefined, {})).toMatchObject({
      status: 401,
      body: { developer_message: 'Authentication credentials were not provided.' },
    })
    lms.setStaff('service', false)
    expect(await ask('GET', `${v1}/enrollments`)).toMatchObject({
      status: 403,
      body: { developer_message: 'You do not have permission to perform this action.' },
    })
  })
})
