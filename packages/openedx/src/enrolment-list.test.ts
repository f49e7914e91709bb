import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CourseKey, Username, type Lms } from '@seatkeeper/core'
import { createOpenedx } from './openedx.ts'
import {
  aListedRow,
  inTurn,
  sayJson,
  sayRows,
  startScriptedLms,
  toolsForOne,
  type ScriptedLms,
} from './scripted-lms.fixture.ts'

const alice = Username.parse('alice')
const bob = Username.parse('bob+shop')
const course = CourseKey.parse('course-v1:Org+C1+R1')

let server: ScriptedLms
let lms: Lms

beforeEach(async () => {
  server = await startScriptedLms()
  lms = createOpenedx(server.config, toolsForOne())
})
afterEach(() => server.close())

const list = (usernames: readonly Username[] = [alice, bob]) =>
  lms.readEnrolments(usernames, new AbortController().signal)
const named = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => Username.parse(`u${index}`.padEnd(length, '+')))

describe('readEnrolments', () => {
  it('lists the rows of some learners, names encoded, spelled as they were asked for', async () => {
    server.answerApi(sayRows([aListedRow({ user: 'Bob+Shop', mode: 'audit', is_active: false }), aListedRow()]))
    expect(await list()).toEqual([
      { username: 'bob+shop', course, enrolment: { isActive: false, mode: 'audit' } },
      { username: 'alice', course, enrolment: { isActive: true, mode: 'verified' } },
    ])
    expect(server.apiCalls()).toMatchObject([
      {
        method: 'GET',
        url: '/api/enrollment/v1/enrollments?username=alice%2Cbob%2Bshop',
        headers: { authorization: 'JWT token-1' },
      },
    ])
  })

  it('asks about nobody by asking nothing, because the LMS would list everybody', async () => {
    expect(await list([])).toEqual([])
    expect(server.calls).toEqual([])
  })

  it('goes on by the cursor, at the address it knows', async () => {
    const elsewhere = 'https://internal.example.com/else?username=mallory&cursor=cD0z%3D'
    server.answerApi(inTurn(sayRows([aListedRow()], elsewhere), sayRows([aListedRow({ user: 'bob+shop' })])))
    expect(await list()).toHaveLength(2)
    expect(server.apiCalls()[1]?.url).toBe('/api/enrollment/v1/enrollments?username=alice%2Cbob%2Bshop&cursor=cD0z%3D')
  })

  it.each([
    ['no cursor', 'https://lms.example.org/x'],
    ['no address', '::'],
  ])('does not go on by an address with %s', async (_what, next) => {
    server.answerApi(sayRows([aListedRow()], next))
    await expect(list()).rejects.toMatchObject({ code: 'LMS_ANSWER_MISMATCH' })
  })

  it('does not go round in circles', async () => {
    server.answerApi(sayRows([aListedRow()], 'https://lms.example.org/x?cursor=same'))
    await expect(list()).rejects.toMatchObject({ code: 'LMS_ANSWER_MISMATCH' })
    expect(server.apiCalls()).toHaveLength(2)
  })

  it('stops at the first row of somebody it did not ask about', async () => {
    server.answerApi(sayRows([aListedRow(), aListedRow({ user: 'mallory' })], 'https://lms.example.org/x?cursor=more'))
    const failure = await list().catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'LMS_ENDPOINT_MISSING' })
    expect(String(failure)).not.toContain('mallory')
    expect(server.apiCalls()).toHaveLength(1)
  })

  it('leaves out what our words cannot say', async () => {
    server.answerApi(sayRows([aListedRow({ course_id: 'Org/Old/Run' }), aListedRow({ mode: 'Mode 7' }), aListedRow()]))
    expect(await list()).toHaveLength(1)
  })

  it.each([
    ['a list', [aListedRow()]],
    ['rows without a user', { next: null, results: [aListedRow({ user: null })] }],
    ['no word of a next page', { results: [] }],
  ])('does not believe %s', async (_what, answer) => {
    server.answerApi(sayJson(200, answer))
    await expect(list()).rejects.toMatchObject({ code: 'LMS_ANSWER_MISMATCH' })
  })

  it('asks about many, or about long names, in parts', async () => {
    server.answerApi(sayRows([]))
    await list(named(101, 5))
    expect(server.apiCalls()).toHaveLength(2)
    await list(named(100, 30))
    const asked = server.apiCalls().slice(2)
    expect(asked.every(({ url }) => url.length < 4000)).toBe(true)
    const names = asked.flatMap(({ url }) => new URL(url, server.url).searchParams.get('username')?.split(',') ?? [])
    expect(names).toEqual(named(100, 30))
  })
})
