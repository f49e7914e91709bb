import { describe, expect, it } from '@jest/globals'
import {
  CourseKey,
  CourseMode,
  LmsId,
  noEnrolment,
  SeatId,
  Username,
  type Enrolment,
  type Seat,
} from '@seatkeeper/core'
import { courseSku, emailOf } from '@seatkeeper/core/fixture'
import { adoptionVerdict } from './adoption-verdict.ts'

const mode = (name: string) => CourseMode.parse(name)
const active = (name: string): Enrolment => ({ isActive: true, mode: mode(name) })
const ended = (name: string): Enrolment => ({ isActive: false, mode: mode(name) })
const deactivate = { lastClaimGone: 'deactivate' } as const

function aSeat(
  access: 'granted' | 'withdrawn',
  account: Seat['account'] = { id: 7, username: Username.parse('ada') },
): Seat {
  return {
    id: SeatId.parse('s0123456789abcdefghi'),
    lms: LmsId.parse('campus'),
    course: CourseKey.parse(courseSku),
    email: emailOf('ada@example.org'),
    account,
    baseline: noEnrolment,
    applied: null,
    invited: false,
    attempted: null,
    waitingSinceMs: null,
    claims: [{ key: 'shop/1/31/1/campus/x', access, mode: mode('verified') }],
    orders: [],
    generation: 0,
    decision: null,
  }
}

describe('adoptionVerdict', () => {
  it.each([
    ['granted', active('verified'), 'right'],
    ['granted', noEnrolment, 'would enrol'],
    ['granted', ended('verified'), 'would enrol'],
    ['granted', active('audit'), 'would enrol'],
    ['granted', active('masters'), 'better'],
    ['withdrawn', noEnrolment, 'right'],
    ['withdrawn', ended('verified'), 'right'],
    ['withdrawn', active('verified'), 'would end'],
    ['withdrawn', active('audit'), 'better'],
  ] as const)('of what is %s beside %j is %s', (access, row, verdict) => {
    expect(adoptionVerdict(aSeat(access), row, deactivate)).toBe(verdict)
  })

  it('waits for who paid and has no account, and asks nothing of who was refunded', () => {
    expect(adoptionVerdict(aSeat('granted', null), noEnrolment, deactivate)).toBe('no account')
    expect(adoptionVerdict(aSeat('withdrawn', null), noEnrolment, deactivate)).toBe('right')
  })

  it('takes the mode that the policy leaves after a refund for right', () => {
    const policy = { lastClaimGone: { downgradeTo: mode('audit') } }
    expect(adoptionVerdict(aSeat('withdrawn'), active('audit'), policy)).toBe('right')
    expect(adoptionVerdict(aSeat('withdrawn'), active('verified'), policy)).toBe('would end')
  })
})
