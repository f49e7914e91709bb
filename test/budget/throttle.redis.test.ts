import { afterEach, describe, expect, it } from '@jest/globals'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import type { RedisClient } from '@seatkeeper/service'
import type { LmsFaultPlan } from '@seatkeeper/simulators'
import { until } from '../e2e/until.ts'
import { createFastClock, type FastClock } from './fast-clock.ts'
import { callsBetween, throttledCalls, throttleOnce } from './waits.ts'
import { startWork, type Work, type WorkOptions } from './work.ts'

let work: Work

afterEach(() => work.close())

const aWhileMs = 180_000
const past = (ms: number) => until('time has passed', () => Date.now() > ms)

const withoutGates = (redis: RedisClient): RedisLedger => {
  const ledger = createLedger(redis)
  return { ...ledger, gates: { ...ledger.gates, shut: async () => undefined } }
}
const withoutAnything = (redis: RedisClient): RedisLedger => ({
  ...withoutGates(redis),
  callBudget: () => unlimitedCalls,
})

describe('two workers at an LMS that throttles', () => {
  /** The budget is as large as the LMS's own limit: it has no room for a call too many. */
  const limit = 60
  const seats = 60

  /** A throttle strikes by any clock; for its minutes to pass, a fast one is needed. */
  async function begin(times: number, open: (clock: FastClock, redis: RedisClient) => RedisLedger) {
    const clock = createFastClock(times)
    const lms = { staffCallsPerMinute: limit, nowMs: () => clock.nowMs() }
    work = await startWork({ lms, callsPerMinute: limit, open: (redis) => open(clock, redis) })
    await work.sell(seats)
    await work.start()
  }

  it(
    'are never throttled while they share a budget, and get done',
    async () => {
      await begin(20, (clock, redis) => clock.open(redis))
      const isOver = () => work.enrolled() === seats || throttledCalls(work).length > 0
      await until('all are enrolled', isOver, { withinMs: 120_000 })
      expect(throttledCalls(work)).toEqual([])
      expect(work.enrolled()).toBe(seats)
      expect(work.countedCalls().length).toBeGreaterThan(limit)
    },
    aWhileMs,
  )

  it(
    'are throttled without the budget',
    async () => {
      await begin(1, (clock, redis) => ({ ...clock.open(redis), callBudget: () => unlimitedCalls }))
      await until('the LMS throttles', () => throttledCalls(work).length > 0)
      expect(work.enrolled()).toBeLessThan(seats)
    },
    aWhileMs,
  )
})

describe('two workers whom the LMS has wait', () => {
  const once = { route: 'enrollment-list', times: 1 } as const
  const saying = (retryAfter: string): LmsFaultPlan => ({ ...once, kind: 'throttle-429-saying', retryAfter })
  const seats = 150
  const hourMs = 3_600_000
  /** Has one call of a busy lane answered so. @returns when that was. */
  async function throttle(fault: () => LmsFaultPlan, open: WorkOptions['open'] = createLedger): Promise<number> {
    work = await startWork({ lms: { staffCallsPerMinute: Infinity }, open })
    return throttleOnce(work, seats, fault)
  }

  it.each([
    ['seconds', () => saying('3')],
    ['a date', () => saying(new Date(Date.now() + 4000).toUTCString())],
  ])(
    'make no call before it is over, and go on then: %s',
    async (_what, fault) => {
      const atMs = await throttle(fault)
      expect(work.enrolled()).toBeLessThan(seats)
      await until('all are enrolled', () => work.enrolled() === seats, { withinMs: 120_000 })
      expect(callsBetween(work, atMs, atMs + 3000)).toEqual([])
      expect(throttledCalls(work)).toHaveLength(1)
    },
    aWhileMs,
  )

  const unnamed: readonly (readonly [what: string, fault: LmsFaultPlan, waitMs: number])[] = [
    ['nothing', { ...once, kind: 'throttle-429-without-retry-after' }, 60_000],
    ['a page', { ...once, kind: 'html-429' }, 60_000],
    ['a year', saying('31536000'), hourMs],
  ]
  it.each(unnamed)(
    'wait for a minute or an hour where it says %s',
    async (_what, fault, waitMs) => {
      const atMs = await throttle(() => fault)
      await past(atMs + 2500)
      expect(callsBetween(work, atMs, Infinity)).toEqual([])
      expect(work.enrolled()).toBeLessThan(seats)
      const gate = await work.ledger.gates.read('lms.campus')
      const leftMs = gate.state === 'throttled' ? gate.forMs : 0
      expect(leftMs).toBeGreaterThan(waitMs - 20_000)
      expect(leftMs).toBeLessThan(waitMs * 1.2)
    },
    aWhileMs,
  )

  it(
    'make no call even before they see the gate',
    async () => {
      const atMs = await throttle(() => saying('60'), withoutGates)
      await past(atMs + 2500)
      expect(callsBetween(work, atMs, Infinity)).toEqual([])
      expect(work.enrolled()).toBeLessThan(seats)
    },
    aWhileMs,
  )

  it(
    'make some without gate and budget',
    async () => {
      const atMs = await throttle(() => saying('60'), withoutAnything)
      await until('there are calls', () => callsBetween(work, atMs, atMs + 60_000).length > 0)
      expect(callsBetween(work, atMs, atMs + 60_000).length).toBeGreaterThan(0)
    },
    aWhileMs,
  )
})
