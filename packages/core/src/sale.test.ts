import { describe, expect, it } from '@jest/globals'
import type { CourseTerms } from './course-terms.ts'
import { catalogue, courseSku } from './fixture.ts'
import { CourseKey, CourseMode, LmsId } from './ids.ts'
import { itemsForSale, judgeSale, type ProductForSale, type SaleTerms } from './sale.ts'

const nowMs = Date.UTC(2026, 10, 22)
const verified = CourseMode.parse('verified')
const course = CourseKey.parse(courseSku)
const offered = { mode: verified, price: 49, expiresAtMs: null }
const open: CourseTerms = { course, opensAtMs: null, closesAtMs: null, isInvitationOnly: false, modes: [offered] }

function judge(terms: Partial<CourseTerms> | null, rest: Partial<SaleTerms> = {}) {
  const item = { lms: LmsId.parse('campus'), course, mode: verified }
  const told = terms === null ? undefined : { ...open, ...terms }
  return judgeSale({ item, terms: told, isFree: false, isForced: false, nowMs, ...rest })
}

describe('judgeSale', () => {
  it.each([
    ['an open run', 'SALE_WELL', {}],
    ['a run that closes in a moment', 'SALE_WELL', { closesAtMs: nowMs + 1 }],
    ['a run that opened this moment', 'SALE_WELL', { opensAtMs: nowMs }],
    ['no run', 'SALE_COURSE_UNKNOWN', null],
    ['a run of other modes', 'SALE_MODE_MISSING', { modes: [{ ...offered, mode: CourseMode.parse('honor') }] }],
    ['a run of no mode', 'SALE_MODE_MISSING', { modes: [] }],
    ['a run whose mode has ended', 'SALE_MODE_EXPIRED', { modes: [{ ...offered, expiresAtMs: nowMs }] }],
    ['a run that has closed', 'SALE_CLOSED', { closesAtMs: nowMs }],
    ['a run for those invited', 'SALE_INVITATION_ONLY', { isInvitationOnly: true }],
    ['a run that opens later', 'SALE_NOT_OPEN', { opensAtMs: nowMs + 1 }],
  ] as const)('calls %s %s', (_, code, terms) => {
    expect(judge(terms)).toBe(code)
  })

  it.each([
    { closesAtMs: nowMs },
    { isInvitationOnly: true },
    { opensAtMs: nowMs + 1 },
    { modes: [{ ...offered, expiresAtMs: 1 }] },
  ])('calls %j well where enrolments are forced', (terms) => expect(judge(terms, { isForced: true })).toBe('SALE_WELL'))

  it('minds a price of nothing only if the LMS asks one', () => {
    expect(judge({}, { isFree: true })).toBe('SALE_GIVEN_AWAY')
    expect(judge({ modes: [{ ...offered, price: 0 }] }, { isFree: true })).toBe('SALE_WELL')
  })

  it('takes a run without modes for one of the default mode', () => {
    const item = { lms: LmsId.parse('campus'), course, mode: CourseMode.parse('audit') }
    expect(judge({ modes: [] }, { item })).toBe('SALE_WELL')
  })
})

describe('itemsForSale', () => {
  const facts = { course: null, mode: null, needsShipping: false }
  const product: ProductForSale = { product: '11', variation: '0', name: 'CS', sku: courseSku, isFree: false, facts }

  it('finds what an order’s line would come to', () => {
    expect(itemsForSale(product, catalogue)).toEqual([{ lms: 'campus', course, mode: verified }])
    expect(itemsForSale({ ...product, sku: 'SHIRT' }, catalogue)).toEqual([])
    expect(itemsForSale({ ...product, sku: 'course-v1:DemoU+CS 101' }, catalogue)).toBe('unknown')
    const named = { ...product, sku: 'SHIRT', facts: { ...facts, course: courseSku, mode: 'audit' } }
    expect(itemsForSale(named, { ...catalogue, readsProducts: true })).toMatchObject([{ course, mode: 'audit' }])
  })
})
