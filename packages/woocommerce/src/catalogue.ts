import { createHash } from 'node:crypto'
import { CourseKey, CourseMode, LmsId, type Catalogue } from '@seatkeeper/core'
import { z } from 'zod'

const RuleItem = z.strictObject({
  course: z.string().min(1).max(255).describe('course key, or a name under aliases'),
  mode: CourseMode.optional().describe('course mode that is granted; else that of the LMS or the store'),
  lms: LmsId.optional().describe('LMS that has the course; else that of the store'),
})

type RuleItem = z.output<typeof RuleItem>

/** YAML writes it as a number. */
const ProductNumber = z.union([
  z
    .int()
    .positive()
    .transform((id) => String(id)),
  z.string().regex(/^[1-9]\d{0,15}$/, 'use the number that the shop gave it'),
])

const Rule = z
  .strictObject({
    sku: z.string().min(1).max(1000).optional().describe('SKU of the product or variation, exactly as in the shop'),
    product: ProductNumber.optional().describe('the shop’s number of a product, all its variations included'),
    variation: ProductNumber.optional().describe('the shop’s number of a variation'),
    items: z
      .array(RuleItem)
      .max(1000)
      .describe('course runs that it sells; an empty list for goods that only look like a course'),
  })
  .refine((rule) => targetsOf(rule).length === 1, { message: 'name exactly one of sku, product and variation' })

const fieldKey = z.string().min(1).max(255)

/** How the products of a store become course runs. */
export const CatalogueConfig = z
  .strictObject({
    rules: z
      .array(Rule)
      .default([])
      .describe('what single products sell; they go before SKUs that are course keys and before products’ own fields'),
    aliases: z
      .record(z.string().min(1).max(255), CourseKey)
      .default({})
      .describe('names for course keys that change, such as the current run; a SKU or product field may hold one'),
    modes: z
      .record(LmsId, CourseMode)
      .default({})
      .describe('course mode that a sale grants, by LMS, where it is not courseMode'),
    readProducts: z
      .boolean()
      .default(true)
      .describe('read products whose SKU names no course, because their own fields may'),
    courseField: fieldKey
      .default('_course_id')
      .describe('custom field of a product or variation that holds a course key or alias'),
    modeField: fieldKey.default('_mode').describe('custom field of a product or variation that holds a course mode'),
  })
  .superRefine((catalogue, context) => {
    for (const { path, message } of objectionsTo(catalogue)) context.addIssue({ code: 'custom', path, message })
  })
export type CatalogueConfig = z.output<typeof CatalogueConfig>

/** The part of a store's configuration that says what it sells. */
export interface SellingStore {
  readonly lms: LmsId
  readonly courseMode: CourseMode
  readonly catalogue: CatalogueConfig
}

/** What a store sells. */
export function catalogueOf({ lms, courseMode, catalogue }: SellingStore): Catalogue {
  const ownModes = Object.entries(catalogue.modes).map(([id, mode]) => [LmsId.parse(id), mode] as const)
  const modes = new Map([[lms, courseMode] as const, ...ownModes])
  return {
    hash: hashOf([lms, courseMode, [...modes].toSorted(byName), catalogue]),
    lms,
    mode: courseMode,
    modes,
    rules: catalogue.rules,
    aliases: new Map(Object.entries(catalogue.aliases)),
    readsProducts: catalogue.readProducts,
  }
}

type Target = 'sku' | 'product' | 'variation'

function targetsOf({ sku, product, variation }: { readonly [name in Target]?: string | undefined }) {
  return Object.entries({ sku, product, variation }).filter(([, target]) => target !== undefined)
}

type Parsed = Pick<CatalogueConfig, 'rules' | 'aliases'>

/** A course that cannot be would only be found once it was sold; the second rule for one thing would never be read. */
function objectionsTo({ rules, aliases }: Parsed): { readonly path: (string | number)[]; readonly message: string }[] {
  const courses = rules.flatMap(({ items }, rule) =>
    items.flatMap(({ course }, item) =>
      Object.hasOwn(aliases, course) || CourseKey.safeParse(course).success
        ? []
        : [{ path: ['rules', rule, 'items', item, 'course'], message: 'neither a course key nor an alias' }],
    ),
  )
  const keyOf = ({ course, lms }: RuleItem) =>
    `${lms ?? ''}/${Object.hasOwn(aliases, course) ? aliases[course] : course}`
  const twice = rules.flatMap(({ items }, rule) =>
    items.flatMap((item, at) =>
      items.findIndex((other) => keyOf(other) === keyOf(item)) < at
        ? [{ path: ['rules', rule, 'items', at, 'course'], message: 'the rule names this course above already' }]
        : [],
    ),
  )
  const targets = rules.map((rule) => targetsOf(rule).join())
  const repeated = targets.flatMap((target, rule) =>
    targets.indexOf(target) < rule ? [{ path: ['rules', rule], message: 'a rule above is for the same' }] : [],
  )
  return [...courses, ...twice, ...repeated]
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, inOrder)).digest('hex')
}

/** A catalogue whose settings are written in another order is the same; its lists keep theirs. */
function inOrder(_: string, part: unknown): unknown {
  return isRecord(part) ? Object.fromEntries(Object.entries(part).toSorted(byName)) : part
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
