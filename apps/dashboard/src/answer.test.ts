import { CourseMode, noEnrolment, type FailureCode, type ItemState } from '@seatkeeper/core'
import { describe, expect, it } from '@jest/globals'
import { answerOf, type AnswerFacts } from './answer.ts'

const verified = { isActive: true, mode: CourseMode.parse('verified') }
const paid = { key: 'shop/1/1/1/campus/x', access: 'granted', mode: CourseMode.parse('verified') } as const
const refunded = { ...paid, access: 'withdrawn' } as const
const atMs = 1_700_000_000_000

const decidedBy = (access: 'granted' | 'denied') => ({ access, by: 'grace', reason: 'as agreed', atMs })
const failedBy = (code: FailureCode) => ({ atMs, code, nextInMs: 1000 })

function about(
  seat: Partial<AnswerFacts['seat']>,
  state: Partial<ItemState>,
  rest: Partial<AnswerFacts> = {},
): AnswerFacts {
  const base: Omit<ItemState, 'item'> = {
    lane: 'enroll.campus',
    generation: 1,
    settledGeneration: 0,
    dueAtMs: atMs,
    waitReason: null,
    change: null,
    status: 'settled',
    attempts: [],
    replays: [],
    failure: null,
    discarded: null,
  }
  return {
    seat: { claims: [paid], baseline: noEnrolment, applied: null, invited: false, decision: null, ...seat },
    state: { ...base, ...state } as ItemState,
    gate: { state: 'open' },
    pausedBy: null,
    ...rest,
  }
}

const shut = { state: 'closed', code: 'LMS_UNREACHABLE', sinceMs: atMs, forMs: 1000 } as const

describe('answerOf', () => {
  it.each<[string, AnswerFacts, string, string, RegExp]>([
    ['paid and confirmed', about({ applied: verified }, {}), 'good', 'Enrolled as verified', /^One paid unit holds it/],
    [
      'paid twice',
      about({ applied: verified, claims: [paid, { ...paid, key: 'b' }] }, {}),
      'good',
      'Enrolled as verified',
      /^2 paid units/,
    ],
    [
      'granted by hand',
      about({ applied: verified, decision: decidedBy('granted') }, {}),
      'good',
      'Enrolled as verified',
      /^grace granted it/,
    ],
    [
      'there before us',
      about({ applied: verified, claims: [refunded], baseline: verified }, {}),
      'good',
      'Enrolled as verified',
      /before any order/,
    ],
    ['refunded', about({ claims: [refunded] }, {}), 'none', 'Not enrolled', /No order pays/],
    [
      'denied',
      about({ claims: [paid, { ...paid, access: 'denied' }], decision: decidedBy('denied') }, {}),
      'none',
      'Not enrolled',
      /^grace denied it/,
    ],
    [
      'left something',
      about({ claims: [refunded], applied: { isActive: true, mode: CourseMode.parse('audit') } }, {}),
      'wait',
      'Keeps audit',
      /allowed to stay/,
    ],
    [
      'paid, and others changed it',
      about({ applied: { isActive: false, mode: null } }, {}),
      'bad',
      'Not enrolled',
      /others gave another/,
    ],
    ['new', about({}, { status: 'due' }), 'busy', 'Being done', /takes seconds/],
    [
      'failed in passing',
      about({}, { status: 'due', attempts: [failedBy('LMS_ERROR')] }),
      'busy',
      'Trying again',
      /failed on this seat alone/,
    ],
    ['behind a gate', about({}, { status: 'due' }, { gate: shut }), 'wait', 'Held back', /does not answer/],
    [
      'in a lane stopped by hand',
      about({}, { status: 'due' }, { gate: shut, pausedBy: 'grace' }),
      'wait',
      'Held back',
      /^grace stopped the lane/,
    ],
    [
      'without an account',
      about({}, { status: 'waiting', waitReason: 'no-account' }),
      'wait',
      'No LMS account',
      /looked for again/,
    ],
    [
      'invited',
      about({ invited: true }, { status: 'waiting', waitReason: 'no-account' }),
      'wait',
      'No LMS account',
      /asked to enrol the address/,
    ],
    [
      'too early',
      about({}, { status: 'waiting', waitReason: 'enrolment-opens-later' }),
      'wait',
      'Enrolment not open yet',
      /opens later/,
    ],
    [
      'dead',
      about({}, { status: 'dead', failure: { code: 'LMS_COURSE_UNKNOWN', atMs } }),
      'bad',
      'Not enrolled',
      /course key, then replay/,
    ],
    [
      'dead on its way out',
      about({ claims: [refunded] }, { status: 'dead', failure: { code: 'LMS_ERROR', atMs } }),
      'bad',
      'Not ended',
      /./,
    ],
    [
      'given up',
      about({}, { discarded: { by: 'grace', reason: 'a test order', atMs } }),
      'none',
      'Given up',
      /^grace gave it up: a test order/,
    ],
  ])('of a seat that is %s', (...[, facts, tone, short, why]) => {
    expect(answerOf(facts)).toMatchObject({ tone, short, why: expect.stringMatching(why) })
  })
})
