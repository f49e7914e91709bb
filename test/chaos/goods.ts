import { CourseKey, CourseMode, LmsId, type Catalogue } from '@seatkeeper/core'

/** One course run in one mode. */
export interface Course {
  readonly course: CourseKey
  readonly mode: CourseMode
}

/** What a shop can put into an order. */
export interface Product {
  readonly id: string
  readonly sku: string | null
  readonly sells: readonly Course[]
}

export const campus = LmsId.parse('campus')
export const audit = CourseMode.parse('audit')
export const verified = CourseMode.parse('verified')
export const professional = CourseMode.parse('professional')

const runs = Array.from({ length: 6 }, (_, run) => CourseKey.parse(`course-v1:ChaosU+RUN${run}+2026`))

/** A course run by its SKU. */
const plain = runs.map((course, run): Product => ({
  id: `${100 + run}`,
  sku: course,
  sells: [{ course, mode: verified }],
}))
/** The same run in a better mode, by a rule. */
const better = runs.map((course, run): Product => ({
  id: `${200 + run}`,
  sku: `PRO-${run}`,
  sells: [{ course, mode: professional }],
}))
/** Two runs in one, by a rule. */
const bundles = runs.map((course, run): Product => {
  const other = runs[(run + 1) % runs.length] ?? course
  return { id: `${300 + run}`, sku: null, sells: [course, other].map((one) => ({ course: one, mode: verified })) }
})
const mug: Product = { id: '400', sku: 'MUG', sells: [] }

/** Everything on sale; plain course runs come first and most often. */
export const shelf: readonly Product[] = [...plain, ...plain, ...better, ...bundles, mug]

/** How the product under test is told of all this. */
export const catalogue: Catalogue = {
  hash: 'chaos',
  lms: campus,
  mode: verified,
  modes: new Map(),
  rules: [...better, ...bundles].map(({ id, sells }) => ({ product: id, items: sells })),
  aliases: new Map(),
  readsProducts: false,
}
