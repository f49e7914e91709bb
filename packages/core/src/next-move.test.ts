import { describe, expect, it } from '@jest/globals'
import type { Claim } from './claim.ts'
import { noEnrolment, type Enrolment } from './enrolment.ts'
import { CourseKey, CourseMode, EmailAddress, LmsId, SeatId } from './ids.ts'
import { nextMove } from './next-move.ts'
import type { Seat } from './seat.ts'

const mode = (slug: string) => CourseMode.parse(slug)
const active = (slug: string): Enrolment => ({ isActive: true, mode: mode(slug) })
const inactive = (slug: string): Enrolment => ({ isActive: false, mode: mode(slug) })
const claim = (access: Claim['access'], slug: string): Claim => ({ key: `${access}/${slug}`, access, mode: mode(slug) })

function aSeat(seat: Partial<Seat>): Seat {
  return {
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
    generation: 1,
    decision: null,
    ...seat,
  }
}

const paid = [claim('granted', 'verified')]
const refunded = [claim('withdrawn', 'verified')]
const activate = (slug: string) => ({ kind: 'write', isActive: true, mode: slug })
const deactivate = (slug: string) => ({ kind: 'write', isActive: false, mode: slug })

describe('nextMove', () => {
  it.each<[string, Partial<Seat>, Enrolment, object]>([
    ['enrols who paid and has no row', { claims: paid }, noEnrolment, activate('verified')],
    ['enrols again who paid again', { claims: paid }, inactive('verified'), activate('verified')],
    ['does nothing where it is so already', { claims: paid }, active('verified'), { kind: 'none' }],
    ['upgrades a free learner', { claims: paid, baseline: active('audit') }, active('audit'), activate('verified')],
    ['never lowers a better mode', { claims: paid }, active('masters'), { kind: 'none' }],
    ['never lowers a mode it does not know', { claims: paid }, active('executive-education'), { kind: 'none' }],
    [
      'lowers its own mode when a lesser claim remains',
      { claims: [...refunded, claim('granted', 'audit')], applied: active('verified') },
      active('verified'),
      activate('audit'),
    ],
    ['ends a refunded seat in the mode just read', { claims: refunded }, active('verified'), deactivate('verified')],
    ['never writes to a refunded seat that is inactive', { claims: refunded }, inactive('verified'), { kind: 'none' }],
    ['never writes to a refunded seat without a row', { claims: refunded }, noEnrolment, { kind: 'none' }],
    [
      'gives back the free seat after a refund',
      { claims: refunded, baseline: active('audit') },
      active('verified'),
      activate('audit'),
    ],
    [
      'leaves a seat that was theirs before',
      { claims: refunded, baseline: active('verified') },
      active('verified'),
      { kind: 'none' },
    ],
    [
      'leaves a free learner who left by themselves',
      { claims: refunded, baseline: active('audit') },
      inactive('audit'),
      { kind: 'none' },
    ],
    [
      'ends the row of a claim that moved on before anybody verified what was written',
      { attempted: active('verified') },
      active('verified'),
      deactivate('verified'),
    ],
    ['reports a mode that is not ours to end', { claims: refunded }, active('professional'), { kind: 'foreign' }],
    [
      'ends the row that our invitation made',
      { claims: refunded, invited: true },
      active('audit'),
      deactivate('audit'),
    ],
    [
      'upgrades the row that our invitation made',
      { claims: paid, invited: true },
      active('audit'),
      activate('verified'),
    ],
  ])('%s', (_, seat, current, move) => {
    expect(nextMove(aSeat(seat), current)).toEqual(move)
  })
})
