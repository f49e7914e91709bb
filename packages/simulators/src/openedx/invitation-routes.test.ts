import { describe, expect, it } from '@jest/globals'
import { startSite, verified } from './site.fixture.ts'
import { demoCourseKeys } from './simulator.ts'

const path = '/api/enrollment/v1/enrollment_allowed/'
const bob = { email: 'bob@example.org', course_id: verified, auto_enroll: true }

describe('enrollment_allowed', () => {
  it('keeps, lists and forgets an invitation', async () => {
    const { lms, ask } = await startSite()
    const kept = { ...bob, user: null, created: '2026-11-21T18:00:00.000000Z' }
    expect(await ask('POST', path, bob)).toMatchObject({ status: 201, body: kept })
    expect((await ask('GET', `${path}?email=bob@example.org`)).body).toEqual([kept])
    expect((await ask('GET', path)).body).toEqual([])
    expect(await ask('DELETE', path, bob)).toMatchObject({ status: 204, body: '' })
    expect(lms.allowed()).toEqual([])
    expect(lms.events.map(({ kind }) => kind)).toEqual(['invited', 'uninvited'])
  })

  it('does not change one that exists', async () => {
    const { lms, ask } = await startSite()
    await ask('POST', path, { ...bob, auto_enroll: undefined })
    const { status, body } = await ask('POST', path, bob)
    const message = `An enrollment allowed with email bob@example.org and course ${verified} already exists.`
    expect([status, body]).toEqual([409, { message }])
    expect(lms.allowed()).toEqual([{ email: bob.email, course: verified, autoEnroll: false, username: null }])
  })

  it('answers 404 with words when there is none to forget', async () => {
    const { ask } = await startSite()
    expect(await ask('DELETE', path, bob)).toMatchObject({
      status: 404,
      body: { message: `An enrollment allowed with email bob@example.org and course ${verified} doesn't exists.` },
    })
  })

  it('wants address and course, and breaks on a key it cannot read', async () => {
    const { ask } = await startSite()
    const message = "Please provide a value for 'email' and 'course_id' in the request data."
    expect(await ask('POST', path, { email: bob.email })).toMatchObject({ status: 400, body: { message } })
    expect(await ask('DELETE', `${path}?email=bob@example.org`)).toMatchObject({ status: 400, body: { message } })
    expect(await ask('POST', path, { ...bob, course_id: 'x' })).toMatchObject({ status: 500 })
    expect(await ask('POST', path, { ...bob, course_id: 'course-v1:No+Such+Course' })).toMatchObject({ status: 201 })
  })

  it('redirects those who forget the slash', async () => {
    const { lms, ask } = await startSite()
    const { status, headers } = await ask('POST', path.slice(0, -1), bob)
    expect([status, headers.get('location')]).toEqual([301, lms.url + path])
    expect(lms.allowed()).toEqual([])
  })

  it('is missing in builds before 2023', async () => {
    const { ask } = await startSite({ profile: 'pre2023' })
    const { status, headers } = await ask('POST', path, bob)
    expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  })
})

describe('an invitation', () => {
  it('enrols in the default mode, never the paid one, when the account becomes active', async () => {
    const { lms, ask, enrol } = await startSite()
    await ask('POST', path, bob)
    lms.addUser({ username: 'bob', email: 'BOB@example.org', isActive: false })
    expect(lms.row('bob', verified)).toBeUndefined()
    lms.activate('bob')
    expect(lms.row('bob', verified)).toEqual({ mode: 'audit', isActive: true })
    expect(lms.allowed()).toMatchObject([{ username: 'bob' }])
    expect(lms.events.at(-1)).toMatchObject({ kind: 'mail', cause: 'invitation' })
    expect(await enrol({ user: 'bob', mode: 'verified', is_active: true })).toMatchObject({
      body: { mode: 'verified' },
    })
  })

  it('enrols into full courses, and one who changes the address to it', async () => {
    const { lms, ask } = await startSite()
    await ask('POST', path, { ...bob, course_id: demoCourseKeys.full })
    lms.changeEmail('alice', bob.email)
    expect(lms.row('Alice', demoCourseKeys.full)).toEqual({ mode: 'audit', isActive: true })
  })

  it('does nothing for an account that is active already, or without auto_enroll', async () => {
    const { lms, ask } = await startSite()
    await ask('POST', path, { ...bob, email: 'alice@example.org' })
    await ask('POST', path, { ...bob, auto_enroll: false })
    lms.addUser({ username: 'bob', email: bob.email })
    expect(lms.rows()).toEqual([])
  })

  it('opens closed and invitation-only courses to that learner', async () => {
    const { lms, ask, enrol } = await startSite()
    for (const course of [demoCourseKeys.closed, demoCourseKeys.inviteOnly]) {
      const wish = { course, mode: 'verified', is_active: true }
      expect(await enrol(wish)).toMatchObject({ status: 400 })
      await ask('POST', path, { email: 'alice@example.org', course_id: course })
      expect(await enrol(wish)).toMatchObject({ status: 200 })
    }
    expect(lms.allowed()).toMatchObject([{ username: 'Alice' }, { username: 'Alice' }])
  })

  it('leaves the learner enrolled when it is taken back', async () => {
    const { lms, ask } = await startSite()
    await ask('POST', path, bob)
    lms.addUser({ username: 'bob', email: bob.email })
    await ask('DELETE', path, bob)
    expect(lms.row('bob', verified)).toEqual({ mode: 'audit', isActive: true })
  })
})
