import { describe, expect, it } from '@jest/globals'
import { productKey, resolveLine, type Catalogue, type KnownProducts, type ProductFacts } from './catalogue.ts'
import { aLine, catalogue as plain, courseSku } from './fixture.ts'
import { CourseKey, CourseMode, LmsId } from './ids.ts'

const art = 'course-v1:DemoU+ART+2026'
const elsewhere = LmsId.parse('elsewhere')
const audit = CourseMode.parse('audit')
const catalogue: Catalogue = {
  ...plain,
  modes: new Map([[elsewhere, audit]]),
  aliases: new Map([['cs-current', CourseKey.parse(courseSku)]]),
  rules: [
    { sku: 'BUNDLE', items: [{ course: 'cs-current' }, { course: art, lms: elsewhere }] },
    { product: '70', items: [{ course: art, mode: audit }] },
    { variation: '71', items: [{ course: courseSku }] },
    { sku: 'course-v1:NOT+A+COURSE', items: [] },
    { sku: 'BROKEN', items: [{ course: 'no-such-alias' }] },
  ],
  readsProducts: true,
}
const product = (facts: Partial<ProductFacts>): KnownProducts =>
  new Map([[productKey(aLine()), { course: null, mode: null, needsShipping: false, ...facts }]])
const item = (course: string, mode = 'verified', lms = 'campus') => ({ lms, course, mode })
const items = (...sold: object[]) => ({ kind: 'items', items: sold })

describe('resolveLine', () => {
  it.each<[string, Parameters<typeof aLine>[0], KnownProducts, object]>([
    ['takes a SKU that is a course key', {}, new Map(), items(item(courseSku))],
    ['takes a SKU that is an alias', { sku: 'cs-current' }, new Map(), items(item(courseSku))],
    [
      'sells a bundle on two LMSs, each with its default mode',
      { sku: 'BUNDLE' },
      new Map(),
      items(item(courseSku), item(art, 'audit', 'elsewhere')),
    ],
    ['lets a product’s rule outrank its SKU', { product: '70' }, new Map(), items(item(art, 'audit'))],
    [
      'lets a variation’s rule outrank its product’s',
      { product: '70', variation: '71', sku: null },
      new Map(),
      items(item(courseSku)),
    ],
    ['lets a rule say that a course key sells none', { sku: 'course-v1:NOT+A+COURSE' }, new Map(), items()],
    [
      'takes what the product’s own fields name',
      { sku: 'CS' },
      product({ course: art, mode: 'audit' }),
      items(item(art, 'audit')),
    ],
    ['lets the product’s field be an alias', { sku: 'CS' }, product({ course: 'cs-current' }), items(item(courseSku))],
    ['sells none where nothing names a course', { sku: 'SHIRT' }, product({}), items()],
    ['has a product read that is not known yet', { sku: 'SHIRT' }, new Map(), { kind: 'unread' }],
    ['does not read a product that the shop has forgotten', { sku: null, product: '0' }, new Map(), items()],
    ['does not know a mistyped course key', { sku: 'course-v1:DemoU+CS101' }, product({}), { kind: 'unknown' }],
    ['does not know an alias that is none', { sku: 'BROKEN' }, new Map(), { kind: 'unknown' }],
    [
      'does not know a course that the product’s field mistypes',
      { sku: 'CS' },
      product({ course: 'CS 101' }),
      { kind: 'unknown' },
    ],
    [
      'does not know a mode that the product’s field mistypes',
      { sku: 'CS' },
      product({ course: art, mode: 'Verified!' }),
      { kind: 'unknown' },
    ],
  ])('%s', (_, line, products, resolution) => {
    expect(resolveLine(aLine(line), catalogue, products)).toEqual(resolution)
  })
})
