import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { itemId } from './agenda.ts'
import { CourseKey, EmailAddress, LmsId, OrderId, SeatId, StoreId } from './ids.ts'
import { jobId } from './job.ts'

/** Of processor time, which no neighbour stretches; a pattern that backtracks takes many seconds. */
const halfASecondUs = 500_000

describe('CourseKey', () => {
  it.each([
    'course-v1:OpenedX+DemoX+DemoCourse',
    'course-v1:ExampleU+CS-101.a+2026_T1',
    'course-v1:ExampleU+ÜBER+2026',
    'course-v1:東京大学+物理~I+2026:春',
    'course-v1:Uni+عربي+٢٠٢٦',
  ])('takes %s', (key) => {
    expect(CourseKey.parse(key)).toBe(key)
  })

  it.each([
    '../..',
    '%2e%2e',
    '{}',
    '',
    'course-v1:A+B',
    'course-v1:A+B+C+D',
    'course-v1:../..+B+C',
    'course-v1:..+..+..',
    'course-v1:A+B+C D',
    'course-v1:A+B+C\u00a0D',
    'course-v1:A+B+C\n',
    'course-v1:A+B+C\0',
    'course-v1:A+B+C\u202e',
    'course-v1:A+B+C/D',
    'course-v1:A+B+%2e%2e',
    'course-v1:A+B+{C}',
    'course-v1:A+B+C,D',
    'course-v1:A+B+😀',
    'course-v1:A+B+\ud800',
    'course-v1:A+U\u0308BER+C',
    'course-v1:A+B+．．/x',
    `course-v1:A+B+${'C'.repeat(242)}`,
    'SHIRT',
  ])('refuses %j', (key) => {
    expect(CourseKey.safeParse(key).success).toBe(false)
  })
})

describe('CourseKey, however long', () => {
  it('judges 5 KB of anything without backtracking', () => {
    const started = process.cpuUsage()
    for (const text of ['Ü'.repeat(5000), '.'.repeat(5000), '+'.repeat(5000), 'Ü+'.repeat(2500)])
      CourseKey.safeParse(`course-v1:${text}`)
    expect(process.cpuUsage(started).user).toBeLessThan(halfASecondUs)
  })
})

describe('EmailAddress', () => {
  it.each([
    [' Zoe.OBrien+Kurs@Example.COM ', 'zoe.obrien+kurs@example.com'],
    ['a@xn--mnchen-3ya.example.org', 'a@xn--mnchen-3ya.example.org'],
  ])('normalises %j', (given, kept) => {
    expect(EmailAddress.parse(given)).toBe(kept)
  })

  it.each([
    'a@b\r\nBcc: x@example.org',
    'a@b',
    'a b@example.org',
    'a@example.org,b@example.org',
    '',
    '@example.org',
    `${'a'.repeat(5000)}@example.org`,
    'a@example.org\0',
  ])('refuses %j', (address) => {
    expect(EmailAddress.safeParse(address).success).toBe(false)
  })

  it('judges 5 KB of anything without backtracking', () => {
    const started = process.cpuUsage()
    for (const address of [`${'a.'.repeat(2500)}@`, '@'.repeat(5000), `a@${'b.'.repeat(2500)}`])
      EmailAddress.safeParse(address)
    expect(process.cpuUsage(started).user).toBeLessThan(halfASecondUs)
  })
})

describe('jobId', () => {
  it('is one that BullMQ takes: no colon, never digits only, different for each generation', () => {
    const item = fc.oneof(
      fc.record({
        kind: fc.constant('order' as const),
        store: fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/).map((id) => StoreId.parse(id)),
        order: fc.integer({ min: 1 }).map((id) => OrderId.parse(String(id))),
      }),
      fc.record({
        kind: fc.constant('seat' as const),
        lms: fc.constant(LmsId.parse('campus')),
        seat: fc.stringMatching(/^s[0-9a-z]{19}$/).map((id) => SeatId.parse(id)),
      }),
    )
    fc.assert(
      fc.property(item, fc.integer({ min: 1 }), (thing, generation) => {
        const id = jobId(thing, generation)
        expect(id).toMatch(/^[a-z][a-z0-9-]*$/)
        expect(id).not.toBe(jobId(thing, generation + 1))
        expect(id.startsWith(itemId(thing))).toBe(true)
      }),
    )
  })
})
