import { describe, expect, it } from '@jest/globals'
import { ruleEnrolment, type CourseTerms, type EnrolmentWish, type Ruling, type Situation } from './enrolment-rules.ts'

const open: CourseTerms = {
  defaultMode: 'audit',
  listed: ['audit', 'verified'],
  unexpired: ['audit', 'verified'],
  isFull: false,
  isFiltered: false,
}
const verifiedExpired = { ...open, unexpired: ['audit'] }
const verifiedDelisted = { ...open, listed: ['audit'], unexpired: ['audit'] }
const professionalOnly = { ...open, listed: ['professional'], unexpired: ['professional'] }
const full = { ...open, isFull: true }

const active = (mode: string) => ({ mode, isActive: true })
const inactive = (mode: string) => ({ mode, isActive: false })
const writes = (...states: Extract<Ruling, { kind: 'write' }>['states']): Ruling => ({ kind: 'write', states })
const refuses = (why: Extract<Ruling, { kind: 'refused' }>['why']): Ruling => ({ kind: 'refused', why })
const already: Ruling = { kind: 'already-enrolled' }

interface Case {
  readonly row?: Situation['row']
  readonly wish: Partial<EnrolmentWish>
  readonly course?: CourseTerms
  /** The learner may not enrol: closed, or invitation-only and not invited. */
  readonly shut?: boolean
  readonly result: Ruling
}

function rule({ row, wish, course = open, shut = false }: Case, callerIsStaff = true): Ruling {
  const whole: EnrolmentWish = { mode: null, isActive: null, force: false, lacksCreditProvider: false, ...wish }
  return ruleEnrolment({ row, course, learnerMayEnrol: !shut, callerIsStaff }, whole)
}

const toVerified = { mode: 'verified', isActive: true }
const offVerified = { mode: 'verified', isActive: false }

const matrix: readonly (readonly [string, Case])[] = [
  ['none, true', { wish: toVerified, result: writes(active('audit'), active('verified')) }],
  ['none, omitted', { wish: { mode: 'verified' }, result: writes(active('audit'), active('verified')) }],
  ['none, all omitted', { wish: {}, result: writes(active('audit')) }],
  ['none, false', { wish: offVerified, result: writes(active('audit'), inactive('verified')) }],
  ['none, false, closed', { wish: offVerified, shut: true, result: refuses('closed-to-learner') }],
  ['none, false, full', { wish: offVerified, course: full, result: refuses('full') }],
  [
    'none, false, expired mode',
    { wish: offVerified, course: verifiedExpired, result: writes(active('audit'), inactive('verified')) },
  ],
  ['none, true, expired mode', { wish: toVerified, course: verifiedExpired, result: refuses('mode-unavailable') }],
  [
    'none, true, no default mode',
    { wish: { isActive: true }, course: professionalOnly, result: refuses('mode-unavailable') },
  ],
  [
    'none, true, default not offered',
    {
      wish: { mode: 'professional', isActive: true },
      course: professionalOnly,
      result: writes(active('audit'), active('professional')),
    },
  ],
  ['none, filtered', { wish: toVerified, course: { ...open, isFiltered: true }, result: refuses('filtered') }],
  ['active, same mode', { row: active('verified'), wish: toVerified, result: already }],
  ['active, same mode, omitted', { row: active('verified'), wish: { mode: 'verified' }, result: already }],
  [
    'active, same mode, closed',
    { row: active('verified'), wish: toVerified, shut: true, result: refuses('closed-to-learner') },
  ],
  ['active, same mode, full', { row: active('verified'), wish: toVerified, course: full, result: refuses('full') }],
  [
    'active, same mode, expired',
    { row: active('verified'), wish: toVerified, course: verifiedExpired, result: refuses('mode-unavailable') },
  ],
  ['active, mode omitted', { row: active('verified'), wish: { isActive: true }, result: already }],
  [
    'active, mode omitted, no default',
    {
      row: active('professional'),
      wish: { isActive: true },
      course: professionalOnly,
      result: refuses('mode-unavailable'),
    },
  ],
  [
    'active, mode omitted, closed',
    { row: active('verified'), wish: {}, shut: true, result: refuses('closed-to-learner') },
  ],
  [
    'active, upgrade, closed',
    { row: active('audit'), wish: toVerified, shut: true, result: writes(active('verified')) },
  ],
  ['active, downgrade', { row: active('verified'), wish: { mode: 'audit' }, result: writes(active('audit')) }],
  ['active, false, same mode', { row: active('verified'), wish: offVerified, result: writes(inactive('verified')) }],
  [
    'active, false, expired',
    { row: active('verified'), wish: offVerified, course: verifiedExpired, result: writes(inactive('verified')) },
  ],
  [
    'active, false, delisted',
    { row: active('verified'), wish: offVerified, course: verifiedDelisted, result: refuses('mode-unavailable') },
  ],
  [
    'active, false, mode omitted',
    {
      row: active('verified'),
      wish: { isActive: false },
      course: verifiedDelisted,
      result: writes(inactive('verified')),
    },
  ],
  [
    'active, false, different mode',
    { row: active('verified'), wish: { mode: 'audit', isActive: false }, result: refuses('mode-mismatch') },
  ],
  [
    'inactive, true, closed and full',
    { row: inactive('verified'), wish: toVerified, course: full, shut: true, result: writes(active('verified')) },
  ],
  ['inactive, true, other mode', { row: inactive('audit'), wish: toVerified, result: writes(active('verified')) }],
  [
    'inactive, true, expired',
    { row: inactive('verified'), wish: toVerified, course: verifiedExpired, result: refuses('mode-unavailable') },
  ],
  [
    'inactive, true, mode omitted',
    {
      row: inactive('verified'),
      wish: { isActive: true },
      course: verifiedDelisted,
      shut: true,
      result: writes(active('verified')),
    },
  ],
  [
    'inactive, same mode, omitted',
    { row: inactive('verified'), wish: { mode: 'verified' }, result: writes(active('audit'), active('verified')) },
  ],
  [
    'inactive, same mode, omitted, closed',
    { row: inactive('verified'), wish: { mode: 'verified' }, shut: true, result: refuses('closed-to-learner') },
  ],
  ['inactive, both omitted', { row: inactive('verified'), wish: {}, result: writes(active('audit')) }],
  [
    'inactive, other mode, omitted',
    { row: inactive('audit'), wish: { mode: 'verified' }, result: writes(inactive('verified')) },
  ],
  [
    'inactive, false, same mode: flaps',
    { row: inactive('verified'), wish: offVerified, result: writes(active('audit'), inactive('verified')) },
  ],
  [
    'inactive, false, same mode, closed',
    { row: inactive('verified'), wish: offVerified, shut: true, result: refuses('closed-to-learner') },
  ],
  [
    'inactive, false, same mode, full',
    { row: inactive('verified'), wish: offVerified, course: full, result: refuses('full') },
  ],
  [
    'inactive, false, mode omitted: paid mode lost',
    { row: inactive('verified'), wish: { isActive: false }, result: writes(active('audit'), inactive('audit')) },
  ],
  [
    'inactive, false, mode omitted, no default',
    {
      row: inactive('professional'),
      wish: { isActive: false },
      course: professionalOnly,
      result: refuses('mode-unavailable'),
    },
  ],
  ['inactive, false, other mode', { row: inactive('audit'), wish: offVerified, result: writes(inactive('verified')) }],
  [
    'force, none, closed',
    { wish: { ...toVerified, force: true }, shut: true, result: writes(active('audit'), active('verified')) },
  ],
  [
    'force, none, expired mode',
    {
      wish: { ...toVerified, force: true },
      course: verifiedExpired,
      result: writes(active('audit'), active('verified')),
    },
  ],
  ['force, none, full', { wish: { ...toVerified, force: true }, course: full, result: refuses('full') }],
  [
    'force, active, other mode expired',
    {
      row: active('audit'),
      wish: { ...toVerified, force: true },
      course: verifiedExpired,
      result: refuses('mode-unavailable'),
    },
  ],
  [
    'credit provider missing, update',
    { row: active('audit'), wish: { ...toVerified, lacksCreditProvider: true }, result: refuses('attributes-missing') },
  ],
  [
    'credit provider missing, addition',
    { wish: { ...toVerified, lacksCreditProvider: true }, result: writes(active('audit'), active('verified')) },
  ],
]

describe('ruleEnrolment', () => {
  it.each(matrix)('for staff: %s', (_name, given) => {
    expect(rule(given)).toEqual(given.result)
  })

  it.each<[string, Case]>([
    [
      'deactivation of the own row is an addition',
      { row: active('audit'), wish: { isActive: false }, result: already },
    ],
    [
      'another mode is an addition',
      { row: active('audit'), wish: { mode: 'honor' }, result: refuses('mode-unavailable') },
    ],
  ])('for others: %s', (_name, given) => {
    expect(rule(given, false)).toEqual(given.result)
  })
})
