import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  CourseKey,
  CourseMode,
  EmailAddress,
  noEnrolment,
  OrderId,
  StoreId,
  Username,
  type EnrolmentWrite,
  type Lms,
} from '@seatkeeper/core'
import { demoCourseKeys, startLmsSimulator, type LmsFault, type LmsSimulator } from '@seatkeeper/simulators'
import { createOpenedx } from './openedx.ts'
import { configFor, toolsForOne } from './scripted-lms.fixture.ts'

const alice = Username.parse('Alice')
const email = EmailAddress.parse('alice+shop@example.org')
const newcomer = EmailAddress.parse('newcomer@example.org')
const audit = CourseMode.parse('audit')
const verified = CourseMode.parse('verified')
const course = CourseKey.parse(demoCourseKeys.auditAndVerified)
const closedCourse = CourseKey.parse(demoCourseKeys.closed)
const { signal } = new AbortController()

let site: LmsSimulator
let lms: Lms

beforeEach(async () => {
  site = await startLmsSimulator({ seedDemo: true })
  site.addUser({ username: 'service', email: 'service@example.org', isStaff: true })
  site.addUser({ username: 'Alice', email: 'Alice+Shop@example.org' })
  const { clientId, clientSecret } = configFor(site.url)
  site.addOAuthApp({ clientId, clientSecret, username: 'service' })
  lms = connect()
})
afterEach(() => site.stop())

function connect(callTimeoutMs?: number): Lms {
  return createOpenedx(configFor(site.url, callTimeoutMs), toolsForOne())
}

/** Waits no longer than it has to for what never comes. */
function connectFor({ kind }: LmsFault): Lms {
  return connect(kind.startsWith('delay') ? 1000 : undefined)
}

const read = (key = course) => lms.readEnrolment(alice, key, signal)
const write = (changes: Partial<EnrolmentWrite> = {}) =>
  lms.writeEnrolment({ username: alice, course, isActive: true, mode: verified, ...changes }, signal)
const list = (...usernames: readonly Username[]) => lms.readEnrolments(usernames, signal)
const rowOf = (username = 'Alice', key: string = course) => site.row(username, key)

describe('the adapter, course keys', () => {
  it('reads, writes, lists and invites to a course whose key has letters of another script', async () => {
    const key = CourseKey.parse('course-v1:ExampleU+ÜBER:物理~I+2026')
    site.addCourse({ key, name: 'Physics', modes: [{ slug: 'verified' }] })
    expect(await read(key)).toEqual(noEnrolment)
    await write({ course: key })
    expect(await read(key)).toEqual({ isActive: true, mode: 'verified' })
    expect(await list(alice)).toMatchObject([{ course: key }])
    expect(await lms.readOpening(key, signal)).toBeNull()
    await lms.invite({ email: newcomer, course: key }, signal)
    await lms.withdrawInvitation({ email: newcomer, course: key }, signal)
  })
})

describe('the adapter, accounts', () => {
  it('finds an account by an address with a plus sign, in the LMS’s own spelling', async () => {
    expect(await lms.findAccount(email, signal)).toEqual({ id: 2, username: 'Alice' })
  })

  it('finds nobody who never registered, or was retired', async () => {
    expect(await lms.findAccount(newcomer, signal)).toBeUndefined()
    site.retire('Alice')
    expect(await lms.findAccount(email, signal)).toBeUndefined()
  })
})

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
    expect(site.rows()).toMatchObject([{ attributes: byOrder }])
    await write({ isActive: false })
    await write()
    expect(site.rows()).toMatchObject([{ attributes: byOrder }])
  })

  it('makes one enrolment of the same write made twice', async () => {
    await write()
    await write()
    expect(site.events.filter(({ kind }) => kind === 'activated')).toHaveLength(1)
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
    expect(site.rows()).toMatchObject([{ mode: 'audit' }, { mode: 'professional' }])
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
    site.addUser({ username: 'kida', email: 'kida@example.org', country: 'XA' })
    const embargoed = { username: Username.parse('kida'), course: CourseKey.parse(demoCourseKeys.embargoed) }
    await expect(write(embargoed)).rejects.toMatchObject({ code: 'LMS_LEARNER_BLOCKED' })
    site.addCourse({ key: course, name: 'Picky', modes: [{ slug: 'verified' }], filterMessage: 'Not you.' })
    await expect(write()).rejects.toMatchObject({ code: 'LMS_LEARNER_BLOCKED', theirWords: 'Not you.' })
  })

  it('says that a learner has gone', async () => {
    site.retire('Alice')
    await expect(write()).rejects.toMatchObject({ code: 'LEARNER_NOT_REGISTERED' })
  })

  it('withdraws nothing whose mode changed meanwhile, to be tried again', async () => {
    site.adminSet('Alice', course, { isActive: true, mode: 'verified' })
    await expect(write({ isActive: false, mode: audit })).rejects.toMatchObject({ code: 'LMS_ERROR' })
    expect(rowOf()).toEqual({ isActive: true, mode: 'verified' })
  })

  it('withdraws an expired mode', async () => {
    const expired = CourseKey.parse(demoCourseKeys.expiredVerified)
    site.adminSet('Alice', expired, { isActive: true, mode: 'verified' })
    await write({ course: expired, isActive: false })
    expect(rowOf('Alice', expired)).toEqual({ isActive: false, mode: 'verified' })
  })

  it('withdraws a mode that the course run no longer lists, and leaves the mode', async () => {
    await write()
    site.addCourse({ key: course, name: 'Audit only now', modes: [{ slug: 'audit' }] })
    await write({ isActive: false })
    expect(rowOf()).toEqual({ isActive: false, mode: 'verified' })
    expect(site.events.filter(({ kind }) => kind === 'deactivated')).toHaveLength(1)
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

describe('the adapter, enrolments listed', () => {
  const bob = Username.parse('bob')

  it('lists the rows of those it asks about, inactive ones too', async () => {
    site.addUser({ username: 'bob', email: 'bob@example.org' })
    site.addUser({ username: 'carol', email: 'carol@example.org' })
    site.adminSet('Alice', course, { isActive: false, mode: 'verified' })
    site.adminSet('bob', closedCourse, { isActive: true, mode: 'audit' })
    site.adminSet('carol', course, { isActive: true, mode: 'audit' })
    expect(await list(alice, bob, Username.parse('nobody'))).toEqual([
      { username: 'bob', course: closedCourse, enrolment: { isActive: true, mode: 'audit' } },
      { username: 'Alice', course, enrolment: { isActive: false, mode: 'verified' } },
    ])
  })

  it('lists them all, page after page', async () => {
    const keys = Array.from({ length: 250 }, (_, index) => CourseKey.parse(`course-v1:DemoU+MANY+${index}`))
    for (const key of keys) {
      site.addCourse({ key, name: key, modes: [{ slug: 'audit' }] })
      site.adminSet('Alice', key, { isActive: true, mode: 'audit' })
    }
    const rows = await list(alice)
    expect(new Set(rows.map((row) => row.course))).toEqual(new Set(keys))
    expect(site.journal.filter(({ route }) => route === 'enrollment-list')).toHaveLength(3)
  })

  it('knows a learner whom it asks about in another spelling', async () => {
    await write()
    expect(await list(Username.parse('alice'))).toMatchObject([{ username: 'alice', enrolment: { mode: 'verified' } }])
  })

  it('notices that staff status is gone, and a throttle that names no time', async () => {
    site.settings.staffCallsPerMinute = 1
    await list(alice)
    await expect(list(alice)).rejects.toMatchObject({ code: 'LMS_THROTTLED', retryAfterMs: 60_000 })
    site.setStaff('service', false)
    await expect(list(alice)).rejects.toMatchObject({ code: 'LMS_FORBIDDEN' })
  })
})

const callsOf = (route: string) => site.journal.filter((call) => call.route === route).length

describe('the adapter, rows that several jobs read', () => {
  const seat = { class: 'enroll', calls: 1, shared: 1, holdMs: 20_000 } as const
  const learners = Array.from({ length: 12 }, (_, index) => Username.parse(`learner-${index}`))

  /** What each of some jobs reads that were let in together. */
  async function readTogether(seats: readonly (readonly [username: Username, key: CourseKey])[]) {
    const enter = createOpenedx(configFor(site.url, 20_000), toolsForOne()).entrance(seat)
    const jobs = await Promise.all(seats.map(() => enter(signal)))
    return Promise.all(
      seats.map(async ([username, key], index) => jobs[index]?.lms.readEnrolment(username, key, signal)),
    )
  }

  beforeEach(() => {
    for (const username of learners) site.addUser({ username, email: `${username}@example.org` })
  })

  it('are the same as by calls of their own, and cost one', async () => {
    learners.slice(0, 6).forEach((username, index) => {
      site.adminSet(username, course, { isActive: index % 2 === 0, mode: index % 3 === 0 ? 'audit' : 'verified' })
      site.adminSet(username, closedCourse, { isActive: true, mode: 'verified' })
    })
    const seats = [...learners, Username.parse('nobody')].map((username) => [username, course] as const)
    const together = await readTogether(seats)
    expect(callsOf('enrollment-list')).toBe(1)
    expect(together).toEqual(await Promise.all(seats.map(([username]) => lms.readEnrolment(username, course, signal))))
    expect(together.filter((row) => row?.mode !== null)).toHaveLength(6)
  })

  it('are those of several course runs, and of learners with more rows than the list is read for', async () => {
    const keys = Array.from({ length: 250 }, (_, index) => CourseKey.parse(`course-v1:DemoU+MANY+${index}`))
    for (const key of keys) {
      site.addCourse({ key, name: key, modes: [{ slug: 'audit' }] })
      site.adminSet('Alice', key, { isActive: true, mode: 'audit' })
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

describe('the adapter, openings', () => {
  it('reads when a course run opens', async () => {
    const opensAtMs = Date.UTC(2099, 0, 1)
    site.addCourse({ key: course, name: 'Later', modes: [{ slug: 'verified' }], enrollmentStartMs: opensAtMs })
    expect(await lms.readOpening(course, signal)).toBe(opensAtMs)
    expect(await lms.readOpening(closedCourse, signal)).toBeNull()
    await expect(write()).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
  })

  it('knows no opening of an unknown course run', async () => {
    expect(await lms.readOpening(CourseKey.parse('course-v1:DemoU+NONE+2026'), signal)).toBeNull()
  })

  it('asks as nobody, so that the staff user’s calls are spared', async () => {
    site.settings.staffCallsPerMinute = 0
    expect(await lms.readOpening(course, signal)).toBeNull()
    site.settings.userCallsPerMinute = 0
    await expect(lms.readOpening(closedCourse, signal)).rejects.toMatchObject({ code: 'LMS_THROTTLED' })
  })
})

describe('the adapter, invitations', () => {
  it('carries a buyer from invitation over registration to the mode that was sold', async () => {
    await lms.invite({ email: newcomer, course }, signal)
    await lms.invite({ email: newcomer, course }, signal)
    expect(site.allowed()).toEqual([{ email: newcomer, course, autoEnroll: true, username: null }])
    site.addUser({ username: 'newcomer', email: newcomer })
    expect(rowOf('newcomer')).toEqual({ isActive: true, mode: 'audit' })
    const account = await lms.findAccount(newcomer, signal)
    expect(account).toMatchObject({ username: 'newcomer' })
    await write({ username: Username.parse('newcomer') })
    expect(rowOf('newcomer')).toEqual({ isActive: true, mode: 'verified' })
    await lms.withdrawInvitation({ email: newcomer, course }, signal)
    await lms.withdrawInvitation({ email: newcomer, course }, signal)
    expect(site.allowed()).toEqual([])
    expect(rowOf('newcomer')).toEqual({ isActive: true, mode: 'verified' })
  })

  it('opens a closed course run for whom it invites', async () => {
    await lms.invite({ email, course: closedCourse }, signal)
    await write({ course: closedCourse })
    expect(rowOf('Alice', closedCourse)).toEqual({ isActive: true, mode: 'verified' })
  })

  it('says that an old release knows no invitations', async () => {
    site.settings.profile = 'pre2023'
    await expect(lms.invite({ email: newcomer, course }, signal)).rejects.toMatchObject({
      code: 'LMS_ENDPOINT_MISSING',
    })
  })
})

describe('the adapter, access', () => {
  it('is well with a staff user, and calls what the LMS does not count', async () => {
    site.settings.staffCallsPerMinute = 0
    await expect(lms.probe(signal)).resolves.toBeUndefined()
  })

  it('notices in every call that staff status is gone, and that it is back', async () => {
    await lms.probe(signal)
    site.setStaff('service', false)
    const calls = [
      () => lms.probe(signal),
      () => lms.findAccount(email, signal),
      () => read(),
      () => lms.readEnrolments([alice], signal),
      () => write(),
      () => lms.invite({ email, course }, signal),
      () => lms.withdrawInvitation({ email, course }, signal),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'LMS_FORBIDDEN' })
    site.setStaff('service', true)
    await write()
    expect(rowOf()).toEqual({ isActive: true, mode: 'verified' })
  })

  const { clientId, clientSecret } = configFor('')
  it.each([
    ['the secret was rotated', { clientSecret: 'another' }],
    ['the application has another grant type', { grant: 'authorization-code' }],
    ['the application is restricted', { restricted: true }],
  ])('says that the client is refused when %s', async (_what, changes) => {
    site.addOAuthApp({ clientId, clientSecret, username: 'service', ...changes })
    await expect(lms.probe(signal)).rejects.toMatchObject({ code: 'LMS_TOKEN_REFUSED' })
  })

  it('gets a new token without anybody noticing when the LMS forgets the old one', async () => {
    await write()
    site.rotateSigningKey()
    expect(await read()).toEqual({ isActive: true, mode: 'verified' })
    expect(site.journal.filter(({ route }) => route === 'token')).toHaveLength(2)
  })

  it('waits as the throttle says', async () => {
    site.settings.staffCallsPerMinute = 1
    await read()
    const failure = await read().catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'LMS_THROTTLED' })
    expect(Reflect.get(Object(failure), 'retryAfterMs')).toBeGreaterThan(50_000)
  })

  it('waits a minute when the token endpoint is over its rate', async () => {
    site.settings.tokenCallsPerMinute = 0
    await expect(lms.probe(signal)).rejects.toMatchObject({ code: 'LMS_THROTTLED', retryAfterMs: 60_000 })
  })
})

describe('the adapter, faults', () => {
  type Case = readonly [fault: LmsFault, whenReading: string, whenWriting: string, written: boolean]
  const lost = 'LMS_OUTCOME_UNKNOWN'
  const out = 'LMS_UNREACHABLE'
  const cases: readonly Case[] = [
    [{ kind: 'status', status: 500 }, 'LMS_ERROR', 'LMS_ERROR', false],
    [{ kind: 'status', status: 500, afterCommit: true }, 'LMS_ERROR', 'LMS_ERROR', true],
    [{ kind: 'status', status: 502 }, out, out, false],
    [{ kind: 'status', status: 503 }, out, out, false],
    [{ kind: 'status', status: 503, retryAfterSeconds: 9 }, 'LMS_THROTTLED', 'LMS_THROTTLED', false],
    [{ kind: 'status', status: 504, afterCommit: true }, out, out, true],
    [{ kind: 'reset-before' }, out, lost, false],
    [{ kind: 'reset-after-commit' }, out, lost, true],
    [{ kind: 'delay', delayMs: 60_000 }, out, lost, false],
    [{ kind: 'delay-after-commit', delayMs: 60_000 }, out, lost, true],
    [{ kind: 'throttle-429', retryAfterSeconds: 9 }, 'LMS_THROTTLED', 'LMS_THROTTLED', false],
    [{ kind: 'throttle-429-without-retry-after' }, 'LMS_THROTTLED', 'LMS_THROTTLED', false],
    [{ kind: 'html-429' }, 'LMS_THROTTLED', 'LMS_THROTTLED', false],
    [{ kind: 'truncated-json' }, out, lost, true],
    [{ kind: 'redirect' }, 'LMS_MOVED', 'LMS_MOVED', false],
  ]
  const named = cases.map(([fault, whenReading, whenWriting, written]) => ({
    name: JSON.stringify(fault),
    fault,
    whenReading,
    whenWriting,
    written,
  }))

  it.each(named)('reads $name as $whenReading', async ({ fault, whenReading }) => {
    site.adminSet('Alice', course, { isActive: true, mode: 'verified' })
    site.faults.add({ ...fault, route: 'enrollment-get' })
    lms = connectFor(fault)
    await expect(read()).rejects.toMatchObject({ code: whenReading })
  })

  it.each(named)('meets $name when writing as $whenWriting', async ({ fault, whenWriting, written }) => {
    site.faults.add({ ...fault, route: 'enrollment-post' })
    lms = connectFor(fault)
    await expect(write()).rejects.toMatchObject({ code: whenWriting })
    expect(rowOf() !== undefined).toBe(written)
  })

  it('does not take a write without a word for done', async () => {
    site.faults.add({ kind: 'empty-200', route: 'enrollment-post' })
    await expect(write()).rejects.toMatchObject({ code: lost })
  })

  it('does not overwrite what an administrator did between the refusal and the second try', async () => {
    await write()
    site.addCourse({ key: course, name: 'Audit only now', modes: [{ slug: 'audit' }] })
    site.faults.add({
      kind: 'hook',
      route: 'enrollment-get',
      run: () => site.adminSet('Alice', course, { isActive: true, mode: 'honor' }),
    })
    await expect(write({ isActive: false })).rejects.toMatchObject({ code: 'LMS_ERROR' })
    expect(rowOf()).toEqual({ isActive: true, mode: 'honor' })
  })
})
