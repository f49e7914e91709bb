import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  CourseKey,
  CourseMode,
  EmailAddress,
  JobFailure,
  OrderId,
  StoreId,
  Username,
  type Lms,
  type RequestMade,
} from '@seatkeeper/core'
import { createOpenedx } from './openedx.ts'
import {
  configFor,
  grantTokens,
  inTurn,
  reset,
  sayJson,
  sayNothing,
  sayPage,
  startScriptedLms,
  toolsForOne,
  type Script,
  type ScriptedLms,
} from './scripted-lms.fixture.ts'
import { memoryTokenCache } from './token-cache.ts'

const username = Username.parse('alice')
const email = EmailAddress.parse('alice+shop@example.org')
const course = CourseKey.parse('course-v1:Org+C1+R1')
const verified = CourseMode.parse('verified')
const grant = { username, course, isActive: true, mode: verified }
const unhurried = new AbortController().signal

const aRow = (changes: object = {}) => ({
  user: 'alice',
  mode: 'verified',
  is_active: true,
  course_details: { course_id: course, course_name: 'Course 1' },
  ...changes,
})
const delisted = sayJson(400, { message: 'The [verified] course mode is expired …', course_details: {} })

let server: ScriptedLms
let lms: Lms

beforeEach(async () => {
  server = await startScriptedLms()
  lms = createOpenedx(server.config, toolsForOne())
})
afterEach(() => server.close())

const read = (signal = unhurried) => lms.readEnrolment(username, course, signal)
const write = (signal = unhurried) => lms.writeEnrolment(grant, signal)
const bodies = () => server.apiCalls().map(({ body }) => (body === '' ? null : JSON.parse(body)))

const answerInTurn = (...scripts: readonly Script[]) => server.answerApi(inTurn(...scripts))

describe('createOpenedx, onRequest', () => {
  let made: RequestMade[]
  beforeEach(() => {
    made = []
    lms = createOpenedx(server.config, { ...toolsForOne(), onRequest: (request) => made.push(request) })
  })

  it('tells of each request, tokens and repetitions included, by its route and what came of it', async () => {
    answerInTurn(sayJson(401, {}), sayJson(200, aRow()))
    await read()
    const token = { endpoint: 'token', method: 'POST', route: '/oauth2/access_token', status: 200, code: null }
    const row = { endpoint: 'readEnrolment', method: 'GET', route: '/api/enrollment/v1/enrollment/{username},{course}' }
    const durationMs: unknown = expect.any(Number)
    expect(made).toEqual([
      { ...token, durationMs },
      { ...row, status: 401, code: 'LMS_TOKEN_REFUSED', durationMs },
      { ...token, durationMs },
      { ...row, status: 200, code: null, durationMs },
    ])
  })

  it('names what was asked about nowhere', async () => {
    server.answerApi(sayJson(400, { message: `No course for ${email}` }))
    await lms.findAccount(email, unhurried).catch(() => undefined)
    await write().catch(() => undefined)
    await lms.readEnrolments([username], unhurried).catch(() => undefined)
    await lms.readOpening(course, unhurried).catch(() => undefined)
    expect(made).toHaveLength(5)
    expect(JSON.stringify(made)).not.toMatch(/alice|Org|token-|example/)
  })

  it('has no status where no answer came', async () => {
    server.answerApi(reset)
    await write().catch(() => undefined)
    expect(made.at(-1)).toMatchObject({ endpoint: 'writeEnrolment', status: null, code: 'LMS_OUTCOME_UNKNOWN' })
  })
})

describe('createOpenedx, findAccount', () => {
  it('finds the account of an address, its plus sign encoded', async () => {
    server.answerApi(sayJson(200, [{ id: 42, username: 'alice', email: 'Alice+Shop@example.org', name: 'A' }]))
    expect(await lms.findAccount(email, unhurried)).toEqual({ id: 42, username: 'alice' })
    expect(server.apiCalls()).toMatchObject([
      {
        method: 'GET',
        url: '/api/user/v1/accounts?email=alice%2Bshop%40example.org',
        headers: { authorization: 'JWT token-1', accept: 'application/json' },
      },
    ])
  })

  it.each([
    ['there is none', sayNothing(404)],
    ['it is retired', sayJson(404, { error_msg: '…', can_cancel_retirement: false, retirement_id: null })],
    ['the list is empty', sayJson(200, [])],
  ])('finds nothing where %s', async (_what, script) => {
    server.answerApi(script)
    expect(await lms.findAccount(email, unhurried)).toBeUndefined()
  })

  it.each([
    ['another address', [{ id: 1, username: 'service', email: 'service@example.org' }]],
    ['no address', [{ id: 1, username: 'alice' }]],
    ['no list', { id: 42 }],
  ])('does not believe an account with %s', async (_what, answer) => {
    server.answerApi(sayJson(200, answer))
    await expect(lms.findAccount(email, unhurried)).rejects.toMatchObject({ code: 'LMS_ANSWER_MISMATCH' })
  })
})

describe('createOpenedx, readEnrolment', () => {
  it('reads a row, the course key encoded', async () => {
    server.answerApi(sayJson(200, aRow({ is_active: false })))
    expect(await read()).toEqual({ isActive: false, mode: 'verified' })
    expect(server.apiCalls()).toMatchObject([
      { url: '/api/enrollment/v1/enrollment/alice,course-v1%3AOrg%2BC1%2BR1', method: 'GET' },
    ])
  })

  it('reads nothing as no enrolment', async () => {
    server.answerApi(sayNothing(200))
    expect(await read()).toEqual({ isActive: false, mode: null })
  })

  it.each([
    ['another user', aRow({ user: 'bob' })],
    ['another course', aRow({ course_details: { course_id: 'course-v1:Org+C2+R1' } })],
    ['no mode', aRow({ mode: null })],
    ['a list', [aRow()]],
  ])('does not believe a row of %s', async (_what, answer) => {
    server.answerApi(sayJson(200, answer))
    await expect(read()).rejects.toMatchObject({ code: 'LMS_ANSWER_MISMATCH' })
  })

  it.each([
    ['time runs out', () => {}],
    ['the connection is reset', reset],
    ['a page comes', sayPage(200)],
  ])('is unreachable when %s', async (_what, script: Script) => {
    lms = createOpenedx(configFor(server.url, 1000), toolsForOne())
    server.answerApi(script)
    await expect(read()).rejects.toMatchObject({ code: 'LMS_UNREACHABLE' })
  })

  it('waits as long as a throttle asks', async () => {
    server.answerApi((response, call, request) => {
      response.setHeader('retry-after', '38')
      sayJson(429, { detail: 'Request was throttled.' })(response, call, request)
    })
    await expect(read()).rejects.toMatchObject({
      code: 'LMS_THROTTLED',
      retryAfterMs: 38_000,
    })
  })
})

describe('createOpenedx, writeEnrolment', () => {
  const withdrawal = { ...grant, isActive: false }

  it('names user, mode, activity and course', async () => {
    server.answerApi(sayJson(200, aRow()))
    await write()
    expect(server.apiCalls()).toMatchObject([
      { method: 'POST', url: '/api/enrollment/v1/enrollment', headers: { 'content-type': 'application/json' } },
    ])
    expect(bodies()).toEqual([
      { user: 'alice', mode: 'verified', is_active: true, course_details: { course_id: course } },
    ])
  })

  it('sends no attributes for credit, which needs those that it has, nor with a withdrawal', async () => {
    const order = { store: StoreId.parse('shop'), order: OrderId.parse('15') }
    answerInTurn(sayJson(200, aRow({ mode: 'credit' })), sayJson(200, aRow({ is_active: false })))
    await lms.writeEnrolment({ ...grant, order, mode: CourseMode.parse('credit') }, unhurried)
    await lms.writeEnrolment({ ...withdrawal, order }, unhurried)
    expect(bodies()).toEqual([
      { user: 'alice', mode: 'credit', is_active: true, course_details: { course_id: course } },
      { user: 'alice', mode: 'verified', is_active: false, course_details: { course_id: course } },
    ])
  })

  it.each([
    ['another user', aRow({ user: 'service' })],
    ['another course', aRow({ course_details: { course_id: 'course-v1:Org+C2+R1' } })],
    ['another mode', aRow({ mode: 'audit' })],
    ['an inactive row', aRow({ is_active: false })],
    ['a list', [aRow()]],
  ])('is not content with %s', async (_what, answer) => {
    server.answerApi(sayJson(200, answer))
    await expect(write()).rejects.toMatchObject({ code: 'LMS_ANSWER_MISMATCH' })
  })

  it.each([
    ['time runs out', () => {}],
    ['the connection is reset', reset],
    ['the answer says nothing', sayNothing(200)],
    ['the answer is too large', (response) => void response.end('x'.repeat(1_100_000))],
  ])('does not know the outcome when %s', async (_what, script: Script) => {
    lms = createOpenedx(configFor(server.url, 1000), toolsForOne())
    server.answerApi(script)
    await expect(write()).rejects.toMatchObject({ code: 'LMS_OUTCOME_UNKNOWN' })
    expect(server.apiCalls()).toHaveLength(1)
  })

  it('knows that nothing was written when it finds nobody', async () => {
    const tokens = memoryTokenCache()
    await tokens.write({ token: 'token-1', expiresAtMs: Date.now() + 60_000 })
    lms = createOpenedx(server.config, { ...toolsForOne(), tokens: () => tokens })
    await server.close()
    await expect(write()).rejects.toMatchObject({ code: 'LMS_UNREACHABLE' })
  })

  it("keeps the LMS's words apart from its message", async () => {
    server.answerApi(sayJson(406, { message: 'The user alice does not exist. token-1' }))
    const failure = await write().catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({
      code: 'LEARNER_NOT_REGISTERED',
      message: 'writeEnrolment was answered 406',
      theirWords: 'The user alice does not exist. [redacted]',
    })
    expect(JSON.stringify(failure)).not.toContain('alice')
  })

  it('deactivates a row of a delisted mode without naming the mode, after reading it again', async () => {
    answerInTurn(delisted, sayJson(200, aRow()), sayJson(200, aRow({ is_active: false })))
    await lms.writeEnrolment(withdrawal, unhurried)
    expect(bodies()).toEqual([
      { user: 'alice', mode: 'verified', is_active: false, course_details: { course_id: course } },
      null,
      { user: 'alice', is_active: false, course_details: { course_id: course } },
    ])
  })

  it('leaves a row of a delisted mode alone that is inactive by now', async () => {
    answerInTurn(delisted, sayJson(200, aRow({ is_active: false })))
    await lms.writeEnrolment(withdrawal, unhurried)
    expect(server.apiCalls()).toHaveLength(2)
  })

  it('leaves a row of a delisted mode alone that has another mode by now', async () => {
    answerInTurn(delisted, sayJson(200, aRow({ mode: 'audit' })))
    await expect(lms.writeEnrolment(withdrawal, unhurried)).rejects.toMatchObject({ code: 'LMS_ERROR' })
    expect(server.apiCalls()).toHaveLength(2)
  })

  it('does not try an activation in a delisted mode twice', async () => {
    server.answerApi(delisted)
    await expect(write()).rejects.toMatchObject({ code: 'LMS_MODE_UNAVAILABLE' })
    expect(server.apiCalls()).toHaveLength(1)
  })
})

describe('createOpenedx, writeEnrolment where it is forced', () => {
  it('says so when it activates, and not otherwise', async () => {
    answerInTurn(sayJson(200, aRow()), sayJson(200, aRow({ is_active: false })))
    await lms.writeEnrolment({ ...grant, isForced: true }, unhurried)
    await lms.writeEnrolment({ ...grant, isActive: false, isForced: true }, unhurried)
    const named = { user: 'alice', mode: 'verified', course_details: { course_id: course } }
    expect(bodies()).toEqual([
      { ...named, is_active: true, force_enrollment: true },
      { ...named, is_active: false },
    ])
  })
})

describe('createOpenedx, invitations', () => {
  const invitation = { email, course }

  it.each([
    ['is new', sayJson(201, { email, course_id: course, auto_enroll: true })],
    ['is there already', sayJson(409, { message: 'An enrollment allowed … already exists.' })],
  ])('invites with automatic enrolment, and is content if the invitation %s', async (_what, script) => {
    server.answerApi(script)
    await lms.invite(invitation, unhurried)
    expect(server.apiCalls()).toMatchObject([
      {
        method: 'POST',
        url: '/api/enrollment/v1/enrollment_allowed/',
        body: JSON.stringify({ email, course_id: course, auto_enroll: true }),
      },
    ])
  })

  it.each([
    ['is gone', sayNothing(204)],
    ['was never there', sayJson(404, { message: "An enrollment allowed … doesn't exists." })],
  ])('takes an invitation back, and is content if it %s', async (_what, script) => {
    server.answerApi(script)
    await lms.withdrawInvitation(invitation, unhurried)
    expect(server.apiCalls()).toMatchObject([
      {
        method: 'DELETE',
        url: '/api/enrollment/v1/enrollment_allowed/',
        body: JSON.stringify({ email, course_id: course }),
      },
    ])
  })

  it('does not know the outcome when the answer is lost', async () => {
    server.answerApi(reset)
    await expect(lms.invite(invitation, unhurried)).rejects.toMatchObject({ code: 'LMS_OUTCOME_UNKNOWN' })
  })
})

describe('createOpenedx, probe', () => {
  it('asks about nobody', async () => {
    server.answerApi(sayNothing(404))
    await lms.probe(unhurried)
    expect(server.apiCalls()).toMatchObject([{ url: '/api/user/v1/accounts?email=nobody%40seatkeeper.invalid' }])
  })

  it.each([
    ['staff status is missing', sayNothing(403), 'LMS_FORBIDDEN'],
    ['the LMS is down', sayPage(502), 'LMS_UNREACHABLE'],
    ['the address is wrong', sayPage(404), 'LMS_ENDPOINT_MISSING'],
  ])('notices that %s', async (_what, script, code) => {
    server.answerApi(script)
    await expect(lms.probe(unhurried)).rejects.toMatchObject({ code })
  })
})

describe('createOpenedx, tokens and transport', () => {
  it('gets one token for a hundred calls at once', async () => {
    lms = createOpenedx(server.config, toolsForOne())
    server.answerApi(sayNothing(404))
    await Promise.all(Array.from({ length: 100 }, () => lms.findAccount(email, unhurried)))
    expect(server.tokenCalls()).toHaveLength(1)
    expect(server.apiCalls()).toHaveLength(100)
  })

  it('repeats a call once with a new token when the LMS refuses the first', async () => {
    answerInTurn(sayJson(401, { detail: 'Invalid token.' }), sayNothing(200))
    await read()
    expect(server.apiCalls().map(({ headers }) => headers.authorization)).toEqual(['JWT token-1', 'JWT token-2'])
    await read()
    expect(server.tokenCalls()).toHaveLength(2)
  })

  it('gives up when the LMS refuses the second token, too', async () => {
    server.answerApi(sayJson(401, { detail: 'Invalid token.' }))
    await expect(read()).rejects.toMatchObject({ code: 'LMS_TOKEN_REFUSED' })
    expect(server.tokenCalls()).toHaveLength(2)
    expect(server.apiCalls()).toHaveLength(2)
  })

  it('calls no API without a token', async () => {
    server.answerTokens(sayJson(401, { error: 'invalid_client' }))
    await expect(read()).rejects.toMatchObject({ code: 'LMS_TOKEN_REFUSED' })
    expect(server.apiCalls()).toEqual([])
  })

  it('renews a token of a second before it ends', async () => {
    let nowMs = Date.now()
    lms = createOpenedx(server.config, { ...toolsForOne(), nowMs: () => nowMs })
    server.answerTokens(grantTokens(1))
    server.answerApi(sayNothing(200))
    await read()
    nowMs += 500
    await read()
    expect(server.tokenCalls()).toHaveLength(2)
  })

  it('sends a token to no other place', async () => {
    const elsewhere = await startScriptedLms()
    try {
      server.answerApi((response) => void response.writeHead(302, { location: `${elsewhere.url}/login` }).end())
      await expect(read()).rejects.toMatchObject({ code: 'LMS_MOVED' })
      expect(elsewhere.calls).toEqual([])
    } finally {
      await elsewhere.close()
    }
  })

  it('keeps its connection', async () => {
    server.answerApi(sayNothing(200))
    await read()
    await read()
    expect(server.connections()).toBe(1)
  })

  it('throws nothing that carries a token or an address', async () => {
    await server.close()
    const failure = await lms.findAccount(email, unhurried).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'LMS_UNREACHABLE' })
    expect(failure).not.toHaveProperty('cause')
    expect(String(failure)).not.toMatch(/alice|token-1|secret/)
  })
})

describe('createOpenedx, a caller who gives up', () => {
  it('stops a read and passes on its reason', async () => {
    const caller = new AbortController()
    const reason = new JobFailure('LEASE_LOST', 'too slow')
    server.answerApi(() => caller.abort(reason))
    await expect(read(caller.signal)).rejects.toBe(reason)
  })

  it('does not know the outcome of a write that was sent', async () => {
    const caller = new AbortController()
    server.answerApi(() => caller.abort())
    await expect(write(caller.signal)).rejects.toMatchObject({ code: 'LMS_OUTCOME_UNKNOWN' })
  })

  it('sends nothing any more', async () => {
    await expect(write(AbortSignal.abort())).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    expect(server.apiCalls()).toEqual([])
  })

  it('is not kept waiting by a token endpoint that hangs', async () => {
    lms = createOpenedx(server.config, toolsForOne())
    const caller = new AbortController()
    server.answerTokens(() => caller.abort())
    await expect(write(caller.signal)).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
  })
})
