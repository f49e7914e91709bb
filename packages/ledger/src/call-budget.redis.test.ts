import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { LmsId, type CallBudget, type CallClass, type PromisedCall, type Reserved } from '@seatkeeper/core'
import { Redis } from 'ioredis'
import { useLedger } from './fixture.ts'
import { createLedger } from './index.ts'

const at = useLedger()
const campus = LmsId.parse('campus')

let redisOfOther: Redis
/** Two workers' faces of one budget, each on a connection of its own. */
let budget: CallBudget
let other: CallBudget
let asked = 0

beforeAll(() => {
  redisOfOther = new Redis(at.server.url)
})
afterAll(() => redisOfOther.disconnect())
beforeEach(() => {
  budget = at.ledger.callBudget(campus, 20)
  other = createLedger(redisOfOther, at.prefix).callBudget(campus, 20)
})

interface Asking {
  readonly least?: number
  readonly by?: CallBudget
  readonly users?: readonly string[]
  readonly waiter?: string
  readonly holdMs?: number
}

function reserve(of: CallClass, calls: number, { by = budget, ...rest }: Asking = {}): Promise<Reserved> {
  asked += 1
  return by.reserve({ class: of, calls, users: ['ada'], waiter: `waiter-${asked}`, holdMs: 20_000, ...rest })
}

/** The calls promised; at least one. */
async function promised(of: CallClass, calls: number, asking?: Asking): Promise<[PromisedCall, ...PromisedCall[]]> {
  const answer = await reserve(of, calls, asking)
  if (answer.status !== 'reserved') throw new Error(`${of} is ${answer.status}`)
  const [first, ...rest] = answer.calls
  if (first === undefined) throw new Error('no call was promised')
  return [first, ...rest]
}

/** How long a call still counts. */
async function endsInMs({ user, class: of, id }: PromisedCall): Promise<number> {
  const score = await at.redis.zscore(`${at.prefix}calls:campus:${user}:${of}`, id)
  const [seconds, microseconds] = await at.redis.time()
  return Number(score) - Number(seconds) * 1000 - Number(microseconds) / 1000
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const lastMs = performance.now() + 10_000
  while (!(await isSo())) if (performance.now() > lastMs) throw new Error('it never became so')
}

describe('createCallBudget', () => {
  it('promises enrolments all but a twentieth, whoever asks', async () => {
    expect(await promised('enroll', 9)).toHaveLength(9)
    expect(await promised('enroll', 10, { by: other })).toHaveLength(10)
    expect(await reserve('enroll', 1)).toMatchObject({ status: 'later' })
    expect(await reserve('enroll', 1, { by: other })).toMatchObject({ status: 'later' })
  })

  it('lets a revoke through where enrolments took all they may', async () => {
    await promised('enroll', 19)
    expect(await promised('revoke', 1, { by: other })).toHaveLength(1)
    expect(await reserve('revoke', 1)).toMatchObject({ status: 'later' })
    expect(await reserve('housekeeping', 1)).toMatchObject({ status: 'later' })
    expect(await budget.left(['ada'])).toBe(0)
  })

  it('has enrolments leave housekeeping what it uses, and revokes their twentieth besides', async () => {
    expect(await promised('housekeeping', 2)).toHaveLength(2)
    expect(await promised('enroll', 17)).toHaveLength(17)
    expect(await reserve('enroll', 1)).toMatchObject({ status: 'later' })
    expect(await promised('revoke', 1)).toHaveLength(1)
  })

  it('has enrolments leave waiting housekeeping its tenth, until it waits no more', async () => {
    const held = await promised('enroll', 19)
    await reserve('housekeeping', 2, { waiter: 'a-chore' })
    await budget.giveBack(held.slice(0, 1))
    expect(await reserve('enroll', 1, { by: other })).toMatchObject({ status: 'later' })
    expect(await promised('housekeeping', 2, { waiter: 'a-chore' })).toHaveLength(2)
    await budget.giveBack(held.slice(1, 3))
    expect(await promised('enroll', 1)).toHaveLength(1)
    await reserve('housekeeping', 1, { waiter: 'a-chore' })
    expect(await reserve('enroll', 1)).toMatchObject({ status: 'later' })
    await other.stopWaiting('a-chore')
    await budget.giveBack(held.slice(3, 4))
    expect(await promised('enroll', 1)).toHaveLength(1)
  })

  it('gives housekeeping no more than its tenth of an idle LMS', async () => {
    expect(await promised('housekeeping', 100)).toHaveLength(2)
    expect(await reserve('housekeeping', 1)).toMatchObject({ status: 'later' })
    expect(await budget.left(['ada'])).toBe(18)
  })

  it('promises nothing else a call while a revoke waits, and goes on when it does not wait any more', async () => {
    const held = await promised('enroll', 18)
    await promised('revoke', 2)
    await reserve('revoke', 2, { waiter: 'a-revoke' })
    await budget.giveBack(held.slice(0, 1))
    expect(await reserve('enroll', 1, { by: other })).toMatchObject({ status: 'later' })
    expect(await reserve('housekeeping', 1, { waiter: 'a-chore' })).toMatchObject({ status: 'later' })
    await budget.stopWaiting('a-chore')
    await budget.giveBack(held.slice(1, 4))
    expect(await promised('revoke', 2, { waiter: 'a-revoke' })).toHaveLength(2)
    expect(await promised('enroll', 1, { by: other })).toHaveLength(1)
    await reserve('revoke', 18, { waiter: 'a-revoke' })
    await other.stopWaiting('a-revoke')
    expect(await promised('enroll', 1)).toHaveLength(1)
  })

  it('promises as many as there are where fewer will do, and never fewer than that', async () => {
    await promised('enroll', 15)
    expect(await reserve('enroll', 6, { least: 5 })).toMatchObject({ status: 'later' })
    expect(await promised('enroll', 6, { least: 3 })).toHaveLength(4)
    expect(await promised('revoke', 1, { least: 1 })).toHaveLength(1)
    expect(await promised('revoke', 100, { least: 100, users: ['bob'] })).toHaveLength(20)
  })

  it('does not believe for long in a waiting revoke that asks no more', async () => {
    await reserve('revoke', 18)
    await reserve('revoke', 18, { waiter: 'who-dies' })
    await at.redis.zadd(`${at.prefix}calls:campus:revokes`, 1, 'who-dies')
    await at.redis.del(`${at.prefix}calls:campus:ada:revoke`)
    expect(await promised('enroll', 1)).toHaveLength(1)
  })

  it('takes the user with most left, and one user for all calls of a request', async () => {
    const users = ['ada', 'bob']
    await promised('enroll', 10)
    const usersOf = async (calls: number) =>
      new Set((await promised('enroll', calls, { users })).map(({ user }) => user))
    expect(await usersOf(9)).toEqual(new Set(['bob']))
    expect(await usersOf(10)).toEqual(new Set(['bob']))
    expect(await usersOf(9)).toEqual(new Set(['ada']))
    expect(await reserve('enroll', 1, { users })).toMatchObject({ status: 'later' })
    expect(await budget.left(users)).toBe(2)
  })

  it('counts a call for a minute after its end, and one that was not made not at all', async () => {
    const [first, second = first] = await promised('enroll', 2)
    expect(await other.begin(first, 5000)).toEqual({ status: 'go' })
    expect(await endsInMs(first)).toBeGreaterThan(64_000)
    await other.end(first)
    expect(await endsInMs(first)).toBeGreaterThan(59_000)
    expect(await endsInMs(first)).toBeLessThanOrEqual(60_000)
    await budget.giveBack([second])
    expect(await budget.left(['ada'])).toBe(19)
  })

  it('forgets calls of who died before they were begun', async () => {
    const [call] = await promised('enroll', 1, { holdMs: 1 })
    await until(async () => (await budget.left(['ada'])) === 20)
    expect(await budget.begin(call, 5000)).toEqual({ status: 'lapsed' })
  })

  it('lets nobody call as a user whom the LMS has wait, not even with calls promised before', async () => {
    const [call] = await promised('revoke', 1)
    await other.throttle('ada', 30_000)
    await other.throttle('ada', 1000)
    const begun = await budget.begin(call, 5000)
    expect(begun).toMatchObject({ status: 'throttled', waitMs: expect.any(Number) })
    expect(begun.status === 'throttled' && begun.waitMs).toBeGreaterThan(29_000)
    expect(await reserve('revoke', 1)).toMatchObject({ status: 'throttled' })
    expect(await promised('revoke', 1, { users: ['ada', 'bob'] })).toMatchObject([{ user: 'bob' }])
    expect(await budget.left(['ada'])).toBe(0)
  })

  it('goes on when the wait is over', async () => {
    await budget.throttle('ada', 1000)
    expect(await reserve('enroll', 1)).toMatchObject({ status: 'throttled' })
    await until(async () => (await reserve('enroll', 1)).status === 'reserved')
  })

  it('keeps two LMSs apart, and leaves no key behind for ever', async () => {
    const elsewhere = at.ledger.callBudget(LmsId.parse('other-campus'), 20)
    await promised('enroll', 16)
    expect(await elsewhere.left(['ada'])).toBe(20)
    await reserve('revoke', 19)
    await budget.throttle('bob', 5000)
    const keys = await at.redis.keys(`${at.prefix}*`)
    expect(keys).toHaveLength(5)
    for (const key of keys) expect(await at.redis.pttl(key)).toBeGreaterThan(0)
  })
})

function standing() {
  return at.ledger.callsStanding(campus)
}

describe('the standing of an LMS’s calls', () => {
  it('is unknown until a worker told of its users', async () => {
    expect(await standing()).toBeNull()
    await promised('enroll', 3)
    expect(await standing()).toBeNull()
  })

  it('is what is left to all users together, for who knows neither them nor their limit', async () => {
    await promised('enroll', 3)
    await budget.left(['ada', 'grace'])
    expect(await standing()).toEqual({ left: 37, limit: 40, users: 2, throttled: 0 })
    await other.throttle('ada', 30_000)
    expect(await standing()).toEqual({ left: 20, limit: 40, users: 2, throttled: 1 })
  })

  it('forgets a user that no worker has had for a minute', async () => {
    await budget.left(['ada', 'grace'])
    await at.redis.zincrby(`${at.prefix}calls:campus:users`, -60_001, 'grace')
    expect(await standing()).toMatchObject({ users: 1, limit: 20 })
  })
})
