import { describe, expect, it } from '@jest/globals'
import { CourseMode, noEnrolment, type Claim, type ClaimStanding, type Telling } from '@seatkeeper/core'
import { courseSku } from '@seatkeeper/core/fixture'
import { hasFailed, isAtRest, isFulfilled, isQuiet, shopOutcome } from './shop-outcome.ts'

const verified = { isActive: true, mode: CourseMode.parse('verified') }
const audit = { isActive: true, mode: CourseMode.parse('audit') }

const keyOf = (unit: number) => `shop/1001/31/${unit}/campus/${courseSku}`

type Case = Partial<Omit<ClaimStanding, 'seat'>> & Partial<ClaimStanding['seat']> & { readonly unit?: number }

/** An enrolled unit, unless said otherwise; its seat has its claim and whichever are given as `claims`. */
function aStanding({ unit = 1, claims = [], baseline = noEnrolment, applied = verified, ...rest }: Case = {}) {
  const claim: Claim = { key: keyOf(unit), access: rest.access ?? 'granted', mode: verified.mode }
  return {
    ...claim,
    status: 'settled' as const,
    waitReason: null,
    failure: null,
    ...rest,
    seat: { claims: [claim, ...claims], baseline, applied },
  }
}

const facts = (telling: Partial<Telling> = {}) => ({ claims: [aStanding()], open: [], failure: null, ...telling })
const stateOf = (standing: Case) => shopOutcome(facts({ claims: [aStanding(standing)] })).courses[0]?.state
const elsewhere: Claim = { key: 'shop/7/1/1/campus/c', access: 'granted', mode: verified.mode }
const denial: Claim = { key: '~operator', access: 'denied', mode: verified.mode }

describe('shopOutcome', () => {
  it.each<[string, Case]>([
    ['enrolled', {}],
    ['different', { applied: audit }],
    ['different', { applied: null }],
    ['ended', { access: 'withdrawn', applied: noEnrolment }],
    ['ended', { access: 'withdrawn', applied: null }],
    ['kept', { access: 'withdrawn', claims: [elsewhere] }],
    ['kept', { access: 'withdrawn', applied: audit, baseline: audit }],
    ['not-registered', { status: 'waiting', waitReason: 'no-account', applied: null }],
    ['opens-later', { status: 'waiting', waitReason: 'enrolment-opens-later', applied: null }],
    ['waiting', { status: 'waiting', waitReason: 'scheduled', applied: null }],
    ['denied', { claims: [denial], applied: noEnrolment }],
    ['failed', { status: 'dead', failure: 'LMS_COURSE_UNKNOWN', applied: null }],
    ['failed', { status: 'dead', failure: 'LMS_ENROLMENT_FOREIGN', access: 'withdrawn' }],
  ])('calls a unit %s', (state, standing) => {
    expect(stateOf(standing)).toBe(state)
  })

  it('counts units that came to the same, in whatever order they are given', () => {
    const claims = [
      aStanding({ unit: 1 }),
      aStanding({ unit: 2, status: 'waiting', applied: null }),
      aStanding({ unit: 3 }),
    ]
    const outcome = shopOutcome(facts({ claims }))
    expect(outcome.courses).toEqual([
      { course: courseSku, mode: 'verified', state: 'enrolled', code: null, units: 2 },
      { course: courseSku, mode: 'verified', state: 'waiting', code: null, units: 1 },
    ])
    expect(shopOutcome(facts({ claims: claims.toReversed() }))).toEqual(outcome)
  })
})

describe('isFulfilled', () => {
  const ended = aStanding({ unit: 2, access: 'withdrawn', applied: noEnrolment })
  it.each<[boolean, string, Partial<Telling>]>([
    [true, 'every course is enrolled', {}],
    [true, 'another unit was refunded', { claims: [aStanding(), ended] }],
    [false, 'everything was refunded', { claims: [ended] }],
    [false, 'nothing of it is a course', { claims: [] }],
    [false, 'a unit is nobody’s yet', { open: ['key'] }],
    [false, 'a line is not understood', { failure: 'ORDER_LINE_UNKNOWN' }],
    [false, 'one waits', { claims: [aStanding(), aStanding({ unit: 2, status: 'waiting' })] }],
    [false, 'one is held in another mode', { claims: [aStanding({ applied: audit })] }],
  ])('is %s where %s', (expected, _case, telling) => {
    expect(isFulfilled(shopOutcome(facts(telling)))).toBe(expected)
  })
})

describe('hasFailed', () => {
  it('counts courses and lines that failed for good, not a shop that could not be read', () => {
    const dead = aStanding({ status: 'dead', failure: 'LMS_COURSE_UNKNOWN' })
    expect(hasFailed(shopOutcome(facts({ claims: [aStanding({ unit: 2 }), dead] })))).toBe(true)
    expect(hasFailed(shopOutcome(facts({ failure: 'ORDER_LINE_UNKNOWN' })))).toBe(true)
    expect(hasFailed(shopOutcome(facts({ failure: 'STORE_ERROR' })))).toBe(false)
    expect(hasFailed(shopOutcome(facts()))).toBe(false)
  })
})

describe('isQuiet', () => {
  it('is true of an order without courses only', () => {
    expect(isQuiet(shopOutcome(facts({ claims: [] })))).toBe(true)
    expect(isQuiet(shopOutcome(facts()))).toBe(false)
    expect(isQuiet(shopOutcome(facts({ claims: [], open: ['key'] })))).toBe(false)
  })
})

describe('isAtRest', () => {
  it('is false while the order or one of its seats is due', () => {
    expect(isAtRest({ status: 'dead', claims: [aStanding({ status: 'waiting' })] })).toBe(true)
    expect(isAtRest({ status: 'due', claims: [] })).toBe(false)
    expect(isAtRest({ status: 'settled', claims: [aStanding(), aStanding({ status: 'due' })] })).toBe(false)
  })
})
