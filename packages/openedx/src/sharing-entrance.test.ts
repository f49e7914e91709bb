import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  CourseKey,
  CourseMode,
  noEnrolment,
  Username,
  type Entrance,
  type Lms,
  type MeteredLms,
  type RequestMade,
} from '@seatkeeper/core'
import { createOpenedx } from './openedx.ts'
import {
  aListedRow,
  configFor,
  inTurn,
  reset,
  sayJson,
  sayNothing,
  sayPage,
  sayRows,
  startScriptedLms,
  toolsForOne,
  type Script,
  type ScriptedLms,
} from './scripted-lms.fixture.ts'

const alice = Username.parse('alice')
const bob = Username.parse('bob+shop')
const course = CourseKey.parse('course-v1:Org+C1+R1')
const other = CourseKey.parse('course-v1:Org+C2+R1')
const verified = { isActive: true, mode: 'verified' }
const { signal } = new AbortController()
const seat = { class: 'enroll', calls: 1, shared: 1, holdMs: 20_000 } as const

let server: ScriptedLms
let campus: MeteredLms
let enter: Entrance
let refused: string[]

beforeEach(async () => {
  server = await startScriptedLms()
  refused = []
  campus = createOpenedx(configFor(server.url, 20_000), {
    ...toolsForOne(),
    onListRefused: (code) => void refused.push(code),
  })
  enter = campus.entrance(seat)
})
afterEach(() => server.close())

const single: Script = (response, call, request) => {
  const [user = '', course_id = ''] = decodeURIComponent(call.url.split('/').at(-1) ?? '').split(',')
  const row = { user, mode: 'verified', is_active: true, course_details: { course_id } }
  sayJson(200, row)(response, call, request)
}
/** Lists as told, single rows as they are asked for. */
const answerLists = (script: Script) =>
  server.answerApi((response, call, request) =>
    (call.url.includes('/enrollments?') ? script : single)(response, call, request),
  )
const asked = () => server.apiCalls().map(({ method, url }) => `${method} ${url.replace('/api/enrollment/v1', '')}`)

async function letIn(count: number): Promise<readonly Lms[]> {
  return (await Promise.all(Array.from({ length: count }, () => enter(signal)))).map(({ lms }) => lms)
}

type Seat = readonly [username: Username, course: CourseKey]
async function readTogether(...seats: readonly Seat[]) {
  const jobs = await letIn(seats.length)
  return Promise.all(seats.map(async ([name, key], index) => jobs[index]?.readEnrolment(name, key, signal)))
}
const one = `GET /enrollment/alice,${encodeURIComponent(course)}`

describe('an entrance to an LMS, rows that several jobs read', () => {
  it('tells of the one call in the context of each job that it serves', async () => {
    const job = new AsyncLocalStorage<string>()
    const told: string[] = []
    const onRequest = ({ endpoint }: RequestMade) => void told.push(`${endpoint} of ${job.getStore()}`)
    enter = createOpenedx(configFor(server.url, 20_000), { ...toolsForOne(), onRequest }).entrance(seat)
    answerLists(sayRows([aListedRow(), aListedRow({ user: bob })]))
    const [first, second] = await letIn(2)
    await Promise.all([
      job.run('one', () => first?.readEnrolment(alice, course, signal)),
      job.run('two', () => second?.readEnrolment(bob, course, signal)),
    ])
    expect(told.slice(1)).toEqual(['readEnrolments of one', 'readEnrolments of two'])
  })

  it('are one call about all of them, of their course run only', async () => {
    answerLists(sayRows([aListedRow(), aListedRow({ user: 'bob+shop', is_active: false, mode: 'audit' })]))
    expect(await readTogether([alice, course], [bob, course])).toEqual([verified, { isActive: false, mode: 'audit' }])
    expect(asked()).toEqual([`GET /enrollments?username=alice%2Cbob%2Bshop&course_id=${encodeURIComponent(course)}`])
  })

  it('are told apart by learner and course run, and no row reads as no enrolment', async () => {
    answerLists(sayRows([aListedRow({ course_id: other }), aListedRow({ user: 'bob+shop' })]))
    const read = await readTogether([alice, course], [alice, other], [bob, course], [bob, other])
    expect(read).toEqual([noEnrolment, verified, verified, noEnrolment])
    expect(asked()).toEqual(['GET /enrollments?username=alice%2Cbob%2Bshop'])
  })

  it('are read alone by those whose rows may stand after the second page', async () => {
    answerLists(
      inTurn(
        sayRows([aListedRow({ course_id: other })], 'https://lms.example.org/x?cursor=a'),
        sayRows([aListedRow({ user: 'bob+shop' })], 'https://lms.example.org/x?cursor=b'),
      ),
    )
    expect(await readTogether([alice, course], [bob, course])).toEqual([verified, verified])
    expect(asked()).toHaveLength(3)
    expect(asked()[2]).toBe(one)
  })

  it.each([
    ['another spelling of the learner', { user: 'Alice' }],
    ['another spelling of the course run', { course_id: course.toLowerCase() }],
    ['a mode that our words cannot say', { mode: 'Mode 7' }],
  ])('are read alone where the list has %s', async (_what, changes) => {
    answerLists(sayRows([aListedRow(changes), aListedRow({ user: 'bob+shop' })]))
    expect(await readTogether([alice, course], [bob, course])).toEqual([verified, verified])
    expect(asked().slice(1)).toEqual([one])
    expect(refused).toEqual([])
  })

  it('are read alone where the list has two spellings', async () => {
    answerLists(sayRows([aListedRow({ user: 'ALICE', mode: 'audit' }), aListedRow(), aListedRow({ user: 'bob+shop' })]))
    expect(await readTogether([alice, course], [bob, course])).toEqual([verified, verified])
    expect(asked().slice(1)).toEqual([one])
  })

  it.each([
    [
      'ignores whom it is asked about',
      sayRows([aListedRow(), aListedRow({ user: 'mallory' })]),
      'LMS_ENDPOINT_MISSING',
    ],
    ['has no list', sayPage(404), 'LMS_ENDPOINT_MISSING'],
    ['stumbles over one of them', sayPage(500), 'LMS_ERROR'],
    ['does not take one of their names', sayJson(400, { field_errors: {} }), 'LMS_REQUEST_REFUSED'],
    ['answers something else', sayJson(200, []), 'LMS_ANSWER_MISMATCH'],
  ])('are read alone, and said so once, where the LMS %s', async (_what, script, code) => {
    answerLists(script)
    expect(await readTogether([alice, course], [bob, course])).toEqual([verified, verified])
    expect(await readTogether([alice, course], [bob, course])).toEqual([verified, verified])
    expect(refused).toEqual([code])
    expect(asked().filter((call) => call.startsWith('GET /enrollment/'))).toHaveLength(4)
  })

  it.each([
    ['is out', sayPage(503), 'LMS_UNREACHABLE'],
    ['resets', reset, 'LMS_UNREACHABLE'],
    ['has us wait', sayJson(429, {}), 'LMS_THROTTLED'],
    ['moved', (response) => void response.writeHead(301, { location: '/x' }).end(), 'LMS_MOVED'],
    ['refuses us', sayNothing(403), 'LMS_FORBIDDEN'],
  ] as readonly (readonly [string, Script, string])[])(
    'fail as a read alone where the LMS %s',
    async (_what, script, code) => {
      server.answerApi(script)
      const together = await readTogether([alice, course], [bob, course]).catch((thrown: unknown) => thrown)
      const alone = await campus.readEnrolment(alice, course, signal).catch((thrown: unknown) => thrown)
      expect([together, alone]).toMatchObject([{ code }, { code }])
      expect(asked().filter((call) => call.startsWith('GET /enrollments?'))).toHaveLength(1)
    },
  )

  it('are calls of their own where the jobs share none', async () => {
    enter = campus.entrance({ class: 'enroll', calls: 2, holdMs: 20_000 })
    answerLists(sayRows([]))
    expect(await readTogether([alice, course], [bob, course])).toEqual([verified, verified])
    expect(asked().filter((call) => call.startsWith('GET /enrollment/'))).toHaveLength(2)
  })

  it('are read again by a call of one’s own after a write of unknown outcome', async () => {
    answerLists(sayRows([]))
    const [job, dallying] = await letIn(2)
    const first = job?.readEnrolment(alice, course, signal)
    await dallying?.readEnrolment(bob, course, signal)
    expect(await first).toEqual(noEnrolment)
    const write = { username: alice, course, isActive: true, mode: CourseMode.parse('verified') }
    server.answerApi((...args) => (args[1].method === 'POST' ? reset : single)(...args))
    await expect(job?.writeEnrolment(write, signal)).rejects.toMatchObject({ code: 'LMS_OUTCOME_UNKNOWN' })
    const [asking] = await letIn(2)
    const others = asking?.readEnrolment(bob, course, signal)
    expect(await job?.readEnrolment(alice, course, signal)).toEqual(verified)
    expect(asked().slice(1)).toEqual(['POST /enrollment', one])
    await others
  })
})
