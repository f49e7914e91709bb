import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { wanted, type Claim } from './claim.ts'
import { noEnrolment, worthOfMode } from './enrolment.ts'
import { CourseMode } from './ids.ts'

const mode = (slug: string) => CourseMode.parse(slug)
const aClaim = (access: Claim['access'], slug = 'verified'): Claim => ({
  key: `${access}-${slug}`,
  access,
  mode: mode(slug),
})

describe('wanted', () => {
  it('is the best mode among live claims', () => {
    const claims = [aClaim('granted', 'audit'), aClaim('granted', 'verified'), aClaim('withdrawn', 'masters')]
    expect(wanted(claims)).toEqual({ isActive: true, mode: 'verified' })
  })

  it('is the baseline once the last claim is gone', () => {
    const free = { isActive: true, mode: mode('audit') }
    expect(wanted([aClaim('withdrawn')], free)).toEqual(free)
  })

  it('is nothing once an operator denies it, whoever paid', () => {
    expect(wanted([aClaim('granted'), aClaim('denied')], { isActive: true, mode: mode('audit') })).toEqual(noEnrolment)
  })

  it('is nothing for a seat that nobody ever looked at', () => {
    expect(wanted([])).toEqual(noEnrolment)
  })

  it('does not depend on the order of the claims', () => {
    const claim = fc.record({
      key: fc.string(),
      access: fc.constantFrom<Claim['access']>('granted', 'withdrawn'),
      mode: fc.constantFrom('audit', 'honor', 'verified', 'professional').map(mode),
    })
    fc.assert(
      fc.property(fc.array(claim), (claims) => {
        expect(wanted(claims.toReversed())).toEqual(wanted(claims))
      }),
    )
  })
})

describe('worthOfMode', () => {
  it('ranks a mode it does not know above all, so that we never lower it', () => {
    expect(worthOfMode(mode('executive-education'))).toBeGreaterThan(worthOfMode(mode('masters')))
  })
})
