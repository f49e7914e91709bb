import { describe, expect, it } from '@jest/globals'
import { anchorOf, markdownTable } from './markdown.ts'

describe('markdownTable', () => {
  it('makes columns as wide as they need and keeps bars apart from borders', () => {
    expect(markdownTable(['a', 'long'], [['x|y', 'z']])).toBe('| a    | long |\n| ---- | ---- |\n| x\\|y | z    |')
  })
})

describe('anchorOf', () => {
  it.each([
    ['LMS_COURSE_UNKNOWN', 'lms_course_unknown'],
    ['seatkeeper.yaml: each entry of `stores`', 'seatkeeperyaml-each-entry-of-stores'],
    ['Dead letters and replay', 'dead-letters-and-replay'],
  ])('is for %j what GitHub makes of it', (heading, anchor) => {
    expect(anchorOf(heading)).toBe(anchor)
  })
})
