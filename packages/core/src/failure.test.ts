import { describe, expect, it } from '@jest/globals'
import { inspect } from 'node:util'
import { failures, JobFailure, toFailure, type FailureCode, type Verdict } from './failure.ts'

describe('failures', () => {
  it.each<[Verdict, FailureCode[]]>([
    ['outage', ['LMS_UNREACHABLE', 'STORE_UNREACHABLE']],
    ['throttled', ['LMS_THROTTLED', 'STORE_THROTTLED', 'REPLICAS_BEHIND']],
    [
      'misconfigured',
      [
        'LMS_TOKEN_REFUSED',
        'LMS_FORBIDDEN',
        'LMS_MOVED',
        'LMS_ENDPOINT_MISSING',
        'STORE_KEY_REFUSED',
        'STORE_MOVED',
        'STORE_ENDPOINT_MISSING',
      ],
    ],
    ['transient', ['LMS_ERROR', 'LMS_OUTCOME_UNKNOWN', 'STORE_ERROR', 'LEASE_LOST', 'DEADLINE_PASSED', 'UNEXPECTED']],
    [
      'permanent',
      [
        'CRASHED',
        'LMS_COURSE_UNKNOWN',
        'LMS_MODE_UNAVAILABLE',
        'LMS_ENROLMENT_REFUSED',
        'LMS_LEARNER_BLOCKED',
        'LMS_REQUEST_REFUSED',
        'LMS_ANSWER_MISMATCH',
        'LMS_ENROLMENT_FOREIGN',
        'LEARNER_NOT_REGISTERED',
        'ORDER_HELD',
        'ORDER_LINE_UNKNOWN',
        'ORDER_WITHOUT_LEARNER',
        'STORE_ANSWER_UNREADABLE',
      ],
    ],
  ])('gives the verdict %s to its codes and no others', (verdict, codes) => {
    const given = Object.entries(failures).filter(([, entry]) => entry.verdict === verdict)
    expect(given.map(([code]) => code).toSorted()).toEqual(codes.toSorted())
  })
})

describe('JobFailure', () => {
  it('shows the other side’s words to nobody who prints or serialises it', () => {
    const failure = new JobFailure('LMS_ERROR', 'the write failed', { theirWords: 'The user ada does not exist.' })
    expect(failure.theirWords).toContain('ada')
    expect(JSON.stringify(failure) + inspect(failure)).not.toContain('ada')
  })
})

describe('toFailure', () => {
  it('takes a stranger for a bug of ours that is worth another try', () => {
    expect(toFailure(new TypeError('x is not a function'))).toMatchObject({ code: 'UNEXPECTED', verdict: 'transient' })
  })
})
