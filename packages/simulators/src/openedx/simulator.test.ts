import { describe, expect, it } from '@jest/globals'
import { requestToken, clientSecret, startSite, verified } from './site.fixture.ts'
import { demoCourseKeys, seedDemoCourses, startLmsSimulator } from './simulator.ts'

describe('startLmsSimulator', () => {
  it('journals every request, with the service user and without secrets or addresses', async () => {
    const { lms, ask } = await startSite()
    await ask('GET', '/api/user/v1/accounts?email=alice@example.org')
    expect(lms.journal).toMatchObject([
      { method: 'POST', path: '/oauth2/access_token', route: 'token', status: 200, username: undefined },
      { method: 'GET', path: '/api/user/v1/accounts', route: 'accounts', status: 200, username: 'service', faults: [] },
    ])
    expect(JSON.stringify(lms.journal)).not.toContain('alice@')
    expect(JSON.stringify(lms.journal)).not.toContain(clientSecret)
  })

  it.each([
    ['POST', '/api/bulk_enroll/v1/bulk_enroll'],
    ['GET', '/nowhere'],
    ['POST', '/api/enrollment/v1/enrollment/'],
  ])('answers %s %s with a 404 page', async (method, path) => {
    const { ask } = await startSite()
    const { status, headers } = await ask(method, path)
    expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  })

  it('redirects to the slash with the query kept', async () => {
    const { lms, ask } = await startSite()
    const { status, headers } = await ask('GET', '/api/courses/v1/courses?page_size=1')
    expect([status, headers.get('location')]).toEqual([301, `${lms.url}/api/courses/v1/courses/?page_size=1`])
  })

  it('answers a wrong method with 405, bad JSON with 400, another type with 415', async () => {
    const { lms, ask } = await startSite()
    expect(await ask('PUT', '/api/enrollment/v1/enrollment', {})).toMatchObject({ status: 405 })
    const { body } = await requestToken(lms.url)
    const post = (text: string, type: string) =>
      fetch(`${lms.url}/api/enrollment/v1/enrollment`, {
        method: 'POST',
        headers: { authorization: `JWT ${Reflect.get(Object(body), 'access_token')}`, 'content-type': type },
        body: text,
      })
    const bad = await post('{', 'application/json')
    expect([bad.status, await bad.json()]).toEqual([400, { detail: expect.stringMatching(/^JSON parse error - /) }])
    expect((await post('{}', 'text/plain')).status).toBe(415)
  })

  it('listens on a given port and frees it', async () => {
    const first = await startLmsSimulator()
    await first.stop()
    await first.stop()
    const second = await startLmsSimulator({ port: Number(new URL(first.url).port) })
    expect(second.url).toBe(first.url)
    await second.stop()
  })

  it('ends pending delays when it stops', async () => {
    const { lms, ask } = await startSite()
    const arrived = Promise.withResolvers<void>()
    lms.faults.add({ kind: 'hook', run: () => arrived.resolve(), route: 'unknown' })
    lms.faults.add({ kind: 'delay', delayMs: 600_000, route: 'unknown' })
    const stopped = arrived.promise.then(() => lms.stop())
    const [ended] = await Promise.allSettled([ask('GET', '/nowhere', undefined, {}), stopped])
    expect(ended).toMatchObject({ status: 'rejected' })
    expect(lms.journal).toEqual([])
  })

  it('is told when an administrator names what does not exist, or makes a user twice', async () => {
    const { lms } = await startSite()
    expect(() => lms.activate('nobody')).toThrow('no user nobody')
    expect(() => lms.rotateSecret('nobody', 'x')).toThrow('no OAuth application nobody')
    expect(() => lms.adminSet('alice', 'course-v1:A+B+C', { mode: 'audit', isActive: true })).toThrow('no course')
    expect(() => lms.addUser({ username: 'alice', email: 'other@example.org' })).toThrow('already has a user')
    expect(() => lms.addUser({ username: 'other', email: 'alice@example.org' })).toThrow('already has a user')
  })

  it('changes a course in place', async () => {
    const { lms, enrol } = await startSite()
    lms.addCourse({ key: demoCourseKeys.closed, name: 'Open again', modes: [{ slug: 'audit' }] })
    expect(await enrol({ course: demoCourseKeys.closed, mode: 'audit' })).toMatchObject({ status: 200 })
    expect(lms.row('Alice', verified)).toBeUndefined()
  })
})

describe('seedDemoCourses', () => {
  it('adds one course of each kind', () => {
    const keys: string[] = []
    seedDemoCourses({ addCourse: ({ key }) => keys.push(key) })
    expect(keys.toSorted()).toEqual(Object.values(demoCourseKeys).toSorted())
  })
})
