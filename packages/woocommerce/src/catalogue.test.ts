import { CourseMode, LineId, LmsId, resolveLine, type OrderLine } from '@seatkeeper/core'
import { describe, expect, it } from '@jest/globals'
import { CatalogueConfig, catalogueOf } from './catalogue.ts'

const [cs101, cs201] = ['course-v1:ExampleU+CS101+2026', 'course-v1:ExampleU+CS201+2026']

describe('catalogueOf', () => {
  it.each([
    ['a SKU', { sku: 'BUNDLE' }, { sku: 'BUNDLE' }],
    ['a product as YAML numbers it', { product: 17 }, { product: '17' }],
    ['a variation', { variation: 19 }, { product: '17', variation: '19' }],
  ])('sells by %s several runs on several LMSs', (_, target, line) => {
    const items = [{ course: cs101 }, { course: 'now', mode: 'audit' }, { course: cs101, lms: 'other' }]
    const catalogue = aCatalogue({ rules: [{ ...target, items }], aliases: { now: cs201 }, modes: { other: 'honor' } })
    expect(resolveLine(aLine(line), catalogue, new Map())).toEqual({
      kind: 'items',
      items: [
        { lms: 'campus', course: cs101, mode: 'verified' },
        { lms: 'campus', course: cs201, mode: 'audit' },
        { lms: 'other', course: cs101, mode: 'honor' },
      ],
    })
  })

  it('reads products unless it is told not to', () => {
    expect(resolveLine(aLine({ sku: 'SHIRT' }), aCatalogue({}), new Map()).kind).toBe('unread')
    expect(resolveLine(aLine({ sku: 'SHIRT' }), aCatalogue({ readProducts: false }), new Map()).kind).toBe('items')
  })

  it('has modes by LMS, and the store’s own for the rest', () => {
    const { modes, mode } = catalogueOf(aStore({ modes: { other: 'honor' } }))
    expect(Object.fromEntries(modes)).toEqual({ campus: 'verified', other: 'honor' })
    expect(mode).toBe('verified')
  })

  it('has one hash for one catalogue, however it is written', () => {
    const one = aCatalogue({
      aliases: { a: cs101, b: cs201 },
      rules: [{ sku: 'X', items: [{ course: 'a', mode: 'audit' }] }],
    })
    const other = aCatalogue({
      rules: [{ items: [{ mode: 'audit', course: 'a' }], sku: 'X' }],
      aliases: { b: cs201, a: cs101 },
    })
    expect(one.hash).toBe(other.hash)
    expect(one.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    ['a rule', { rules: [{ sku: 'X', items: [] }] }],
    ['an alias', { aliases: { now: cs101 } }],
    ['a mode', { modes: { other: 'audit' } }],
    ['the field of the course', { courseField: 'openedx_course_id' }],
    ['the field of the mode', { modeField: 'openedx_course_mode' }],
    ['whether products are read', { readProducts: false }],
  ])('has another hash once %s changes', (_, catalogue) => {
    expect(aCatalogue(catalogue).hash).not.toBe(aCatalogue({}).hash)
  })

  it('has another hash once the store’s mode changes', () => {
    const store = { ...aStore({}), courseMode: CourseMode.parse('audit') }
    expect(catalogueOf(store).hash).not.toBe(aCatalogue({}).hash)
  })
})

describe('CatalogueConfig', () => {
  it.each([
    ['twice', [{ course: cs101 }, { course: cs201 }, { course: cs101, mode: 'audit' }]],
    ['under its alias too', [{ course: cs101 }, { course: 'now' }]],
  ])('takes no rule that names a course %s', (_, items) => {
    const { error } = CatalogueConfig.safeParse({ rules: [{ sku: 'BUNDLE', items }], aliases: { now: cs101 } })
    expect(error?.issues).toMatchObject([{ message: 'the rule names this course above already' }])
  })
})

function aStore(catalogue: object) {
  const courseMode = CourseMode.parse('verified')
  return { lms: LmsId.parse('campus'), courseMode, catalogue: CatalogueConfig.parse(catalogue) }
}

function aCatalogue(catalogue: object) {
  return catalogueOf(aStore(catalogue))
}

function aLine(line: Partial<OrderLine>): OrderLine {
  const rest = { quantity: 1, refunded: 0, learners: [] }
  return { line: LineId.parse('31'), sku: null, product: '11', variation: '0', ...rest, ...line }
}
