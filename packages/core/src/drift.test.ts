import { describe, expect, it } from '@jest/globals'
import { hasDrifted } from './drift.ts'
import { noEnrolment, type Enrolment } from './enrolment.ts'
import { CourseMode } from './ids.ts'

const active = (slug: string): Enrolment => ({ isActive: true, mode: CourseMode.parse(slug) })
const inactive = (slug: string): Enrolment => ({ isActive: false, mode: CourseMode.parse(slug) })

describe('hasDrifted', () => {
  it.each<[string, Enrolment, Enrolment, boolean]>([
    ['the row is as applied', active('verified'), active('verified'), false],
    ['the learner was unenrolled', active('verified'), inactive('verified'), true],
    ['the row is gone', active('verified'), noEnrolment, true],
    ['the mode was lowered', active('verified'), active('audit'), true],
    ['the mode was raised', active('verified'), active('masters'), false],
    ['the mode is one we cannot rank', active('verified'), active('executive-education'), false],
    ['a mode we cannot rank was lowered', active('executive-education'), active('verified'), true],
    ['a seat that was ended is active again', inactive('verified'), active('verified'), true],
    ['the learner took a free seat after theirs was ended', inactive('verified'), active('audit'), false],
    ['a seat that was ended has another inactive mode', inactive('verified'), inactive('audit'), false],
    ['there never was a row', noEnrolment, noEnrolment, false],
  ])('says where %s what it is', (_what, applied, row, drifted) => {
    expect(hasDrifted({ applied, isDenied: false }, row)).toBe(drifted)
  })

  it('minds any mode of somebody who was denied the seat', () => {
    expect(hasDrifted({ applied: inactive('verified'), isDenied: true }, active('audit'))).toBe(true)
    expect(hasDrifted({ applied: inactive('verified'), isDenied: true }, inactive('audit'))).toBe(false)
  })
})
