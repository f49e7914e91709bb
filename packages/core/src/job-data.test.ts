import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { readJobData, type ReadableType } from './job-data.ts'

/** In version 1 the course had another name, in version 2 it had no store. */
const third: ReadableType<{ v: 3; course: string; store: string }> = {
  data: z.strictObject({ v: z.literal(3), course: z.string(), store: z.string() }),
  upcasts: [({ run }) => ({ course: run }), ({ course }) => ({ course, store: 'shop' })],
}

describe('readJobData', () => {
  it.each([
    { v: 1, run: 'CS101' },
    { v: 2, course: 'CS101' },
    { v: 3, course: 'CS101', store: 'shop' },
  ])('lifts version $v to the newest, step by step', (stored) => {
    expect(readJobData(third, stored)).toEqual({ v: 3, course: 'CS101', store: 'shop' })
  })

  it.each([{ v: 4, course: 'CS101', store: 'shop' }, { v: 0 }, { v: 1.5 }, { course: 'CS101' }, 'CS101', null])(
    'reads nothing of %j',
    (stored) => {
      expect(readJobData(third, stored)).toBeUndefined()
    },
  )

  it('reads nothing that a step made unreadable', () => {
    expect(readJobData(third, { v: 1, run: 7 })).toBeUndefined()
  })
})
