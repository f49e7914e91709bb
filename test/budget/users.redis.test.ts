import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CourseKey, Username, type FailureCode, type Lms, type MeteredLms } from '@seatkeeper/core'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { createOpenedx, LmsConfig, memoryTokenCache } from '@seatkeeper/openedx'
import { startLmsSimulator, type LmsSimulator } from '@seatkeeper/simulators'

const at = useLedger()
let campus: LmsSimulator
let rested: (readonly [client: number, code: FailureCode])[]

const course = CourseKey.parse('course-v1:DemoU+CS101+2026')
const alice = Username.parse('alice')
const soon = () => AbortSignal.timeout(20_000)
const clientOf = (name: string) => ({ clientId: name, clientSecret: `secret-of-${name}` })

beforeEach(async () => {
  rested = []
  campus = await startLmsSimulator({ staffCallsPerMinute: 20 })
  campus.addUser({ username: 'alice', email: 'alice@example.org' })
  for (const name of ['ada', 'bob']) {
    campus.addUser({ username: name, email: `${name}@example.org`, isStaff: true })
    campus.addOAuthApp({ ...clientOf(name), username: name })
  }
  campus.addOAuthApp({ ...clientOf('ada-again'), username: 'ada' })
})
afterEach(() => campus.stop())

/** A worker that has these applications. */
function connect(first: string, ...more: readonly string[]): MeteredLms {
  const entry = { id: 'campus', url: 'http://localhost', ...clientOf(first), credentials: more.map(clientOf) }
  const config = { ...LmsConfig.parse({ ...entry, callsPerMinute: 20 }), url: campus.url }
  const { ledger } = at
  return createOpenedx(config, {
    tokens: (client) => ledger.tokens(config.id, client),
    budget: ledger.callBudget(config.id, config.callsPerMinute),
    onRest: (client, code) => void rested.push([client, code]),
  })
}

const read = (lms: Lms) => lms.readEnrolment(alice, course, soon())
const seat = { class: 'enroll', calls: 2, holdMs: 20_000 } as const

/** Who made the calls that the LMS counts. */
const callers = () => campus.journal.filter(({ route }) => route === 'enrollment-get').map(({ username }) => username)

async function reserveSeats(lms: MeteredLms, count: number): Promise<readonly Lms[]> {
  const enter = lms.entrance(seat)
  return Promise.all(Array.from({ length: count }, async () => (await enter(soon())).lms))
}

describe('several OAuth2 applications at one LMS', () => {
  it('have the calls of all their users, and spread them', async () => {
    const both = connect('ada', 'bob')
    for (const lms of await reserveSeats(both, 18)) await read(lms)
    expect(callers().filter((name) => name === 'ada')).toHaveLength(9)
    expect(callers().filter((name) => name === 'bob')).toHaveLength(9)
    expect(await both.callsLeft()).toBe(4)
    await expect(both.entrance(seat)(AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
  })

  it('share the calls of one user if they have the same', async () => {
    const twice = connect('ada', 'ada-again')
    await reserveSeats(twice, 9)
    expect(await twice.callsLeft()).toBe(2)
    await expect(twice.entrance(seat)(AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
  })

  it('go on with the other user when the LMS has one wait', async () => {
    await useUp('ada')
    const both = connect('ada', 'bob')
    for (const lms of await reserveSeats(both, 6)) await read(lms)
    const refusals = campus.journal.filter(({ status }) => status === 429)
    expect(refusals).toHaveLength(1)
    expect(callers().slice(21)).toEqual(Array(6).fill('bob'))
    await expect(read(connect('ada'))).rejects.toMatchObject({ code: 'LMS_THROTTLED' })
  })

  it('say so when the LMS has all users wait', async () => {
    await useUp('ada')
    await useUp('bob')
    const failure = await read(connect('ada', 'bob')).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'LMS_THROTTLED', retryAfterMs: expect.any(Number) })
    expect(campus.journal.filter(({ status }) => status === 429)).toHaveLength(2)
  })

  it('go on without one whose secret is wrong, and say which', async () => {
    campus.rotateSecret('ada', 'another')
    const both = connect('ada', 'bob')
    for (const lms of await reserveSeats(both, 4)) await read(lms)
    expect(callers()).toEqual(Array(4).fill('bob'))
    expect(rested).toEqual([[0, 'LMS_TOKEN_REFUSED']])
    await both.probe(soon())
  })

  it('go on without one whose user lost staff status', async () => {
    const both = connect('ada', 'bob')
    await reserveSeats(both, 1)
    campus.setStaff('bob', false)
    for (const lms of await reserveSeats(both, 4)) expect(await read(lms)).toMatchObject({ isActive: false })
    expect(rested).toEqual([[1, 'LMS_FORBIDDEN']])
  })

  it('fail when the LMS refuses them all', async () => {
    for (const name of ['ada', 'bob']) campus.rotateSecret(name, 'another')
    const both = connect('ada', 'bob')
    await expect(read(both)).rejects.toMatchObject({ code: 'LMS_TOKEN_REFUSED' })
    await expect(both.probe(soon())).rejects.toMatchObject({ code: 'LMS_TOKEN_REFUSED' })
  })
})

/** Somebody else calls as this user until the LMS has it wait. */
async function useUp(name: string): Promise<void> {
  const config = { ...LmsConfig.parse({ id: 'campus', url: 'http://localhost', ...clientOf(name) }), url: campus.url }
  const other = createOpenedx(config, { tokens: () => memoryTokenCache(), budget: unlimitedCalls })
  for (let call = 0; call < 20; call += 1) await read(other)
}
