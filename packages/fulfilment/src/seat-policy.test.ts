import { describe, expect, it } from '@jest/globals'
import {
  CourseKey,
  CourseMode,
  EmailAddress,
  LmsId,
  noEnrolment,
  SeatId,
  type Claim,
  type Enrolment,
  type Seat,
} from '@seatkeeper/core'
import { moveByPolicy } from './seat-policy.ts'

const mode = (slug: string) => CourseMode.parse(slug)
const active = (slug: string): Enrolment => ({ isActive: true, mode: mode(slug) })
const inactive = (slug: string): Enrolment => ({ isActive: false, mode: mode(slug) })
const claim = (access: Claim['access'], slug: string): Claim => ({ key: `${access}/${slug}`, access, mode: mode(slug) })

const aSeat: Seat = {
  id: SeatId.parse('s0000000000000000000'),
  lms: LmsId.parse('campus'),
  course: CourseKey.parse('course-v1:DemoU+CS101+2026'),
  email: EmailAddress.parse('ada@example.org'),
  account: null,
  baseline: noEnrolment,
  applied: null,
  invited: false,
  attempted: null,
  waitingSinceMs: null,
  claims: [],
  orders: [],
  decision: null,
  generation: 1,
}

const paid = [claim('granted', 'verified')]
const refunded = [claim('withdrawn', 'verified')]
const denied = [claim('granted', 'verified'), claim('denied', 'verified')]
const write = (slug: string, isActive = true) => ({ kind: 'write', isActive, mode: slug })
const none = { kind: 'none' }
const foreign = { kind: 'foreign' }

describe('moveByPolicy', () => {
  it.each<[string, Partial<Seat>, Enrolment, object]>([
    ['leaves a refunded learner the lesser mode', { claims: refunded }, active('verified'), write('audit')],
    ['leaves them where they are by now', { claims: refunded, applied: active('audit') }, active('audit'), none],
    ['knows its own work, even if nobody recorded it', { claims: refunded }, active('audit'), none],
    ['never brings an ended row back', { claims: refunded }, inactive('verified'), none],
    ['never makes a row', { claims: refunded }, noEnrolment, none],
    ['leaves alone what is not ours', { claims: refunded }, active('professional'), foreign],
    ['ends the row whatever it is, if it is denied', { claims: denied }, active('audit'), write('audit', false)],
    [
      'prefers what the learner had before',
      { claims: refunded, baseline: active('honor') },
      active('verified'),
      write('honor'),
    ],
    [
      'gives who pays again what is paid for',
      { claims: paid, applied: active('audit') },
      active('audit'),
      write('verified'),
    ],
  ])('%s', (_, seat, current, move) => {
    const lastClaimGone = { downgradeTo: mode('audit') }
    expect(moveByPolicy({ ...aSeat, ...seat }, current, { lastClaimGone })).toEqual(move)
  })

  it('never raises a mode', () => {
    const seat = { ...aSeat, claims: [claim('withdrawn', 'audit')] }
    expect(moveByPolicy(seat, active('audit'), { lastClaimGone: { downgradeTo: mode('honor') } })).toEqual(none)
  })

  it('ends the row where no policy says otherwise', () => {
    const seat = { ...aSeat, claims: refunded }
    expect(moveByPolicy(seat, active('verified'), { lastClaimGone: 'deactivate' })).toEqual(write('verified', false))
  })
})
