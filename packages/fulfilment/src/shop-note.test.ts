import { describe, expect, it } from '@jest/globals'
import { ChangeId, CourseMode } from '@seatkeeper/core'
import { anOrder, courseSku } from '@seatkeeper/core/fixture'
import { digestOf, isNote, noteText } from './shop-note.ts'
import type { CourseOutcome, ShopOutcome } from './shop-outcome.ts'

const course: CourseOutcome = {
  course: courseSku,
  mode: CourseMode.parse('verified'),
  state: 'enrolled',
  code: null,
  units: 2,
}
const change = ChangeId.parse('0193'.repeat(8))
const enrolled: ShopOutcome = { courses: [course], openSeats: 0, failure: null }
const failed: ShopOutcome = {
  courses: [course, { ...course, state: 'failed', code: 'LMS_COURSE_UNKNOWN', units: 1 }],
  openSeats: 3,
  failure: 'ORDER_LINE_UNKNOWN',
}

describe('noteText', () => {
  it('says what became of each course, and by which id to ask about it', () => {
    expect(noteText(enrolled, anOrder(), { number: 1, change })).toBe(
      [
        'Seatkeeper #1: what became of this order',
        `2 × ${courseSku} (verified): enrolled`,
        '(seatkeeper shop/1001 #1)',
      ].join('\n'),
    )
  })

  it('gives the code and the advice of whatever failed, and counts what is nobody’s', () => {
    const text = noteText(failed, anOrder(), { number: 2, change })
    expect(text).toContain(`1 × ${courseSku} (verified): failed, LMS_COURSE_UNKNOWN. The LMS has no such course run.`)
    expect(text).toContain('Paid and nobody’s yet: 3')
    expect(text).toContain('This order: ORDER_LINE_UNKNOWN. A line names a course that cannot be')
    expect(text.endsWith(`\n(seatkeeper shop/1001 #2, change ${change})`)).toBe(true)
  })

  it('names no change where none is known', () => {
    expect(noteText(failed, anOrder(), { number: 2, change: null })).toMatch(/\n\(seatkeeper shop\/1001 #2\)$/)
  })

  it('says so when no course is left', () => {
    expect(noteText({ courses: [], openSeats: 0, failure: null }, anOrder(), { number: 2, change })).toContain(
      'Nothing of this order',
    )
  })
})

describe('isNote', () => {
  it('finds a number and no longer one, and only in our own notes', () => {
    expect(isNote(noteText(enrolled, anOrder(), { number: 3, change }), 3)).toBe(true)
    expect(isNote(noteText(enrolled, anOrder(), { number: 31, change }), 3)).toBe(false)
    expect(isNote('The buyer asked about Seatkeeper #3: is it true?', 3)).toBe(false)
  })
})

describe('digestOf', () => {
  it('differs where the outcome does', () => {
    const outcomes = [
      enrolled,
      failed,
      { ...enrolled, openSeats: 1 },
      { ...enrolled, failure: 'STORE_ERROR' as const },
      { ...enrolled, courses: [{ ...course, units: 1 }] },
    ]
    expect(new Set(outcomes.map(digestOf)).size).toBe(outcomes.length)
    expect(digestOf({ ...enrolled, courses: [{ ...course }] })).toBe(digestOf(enrolled))
  })
})
