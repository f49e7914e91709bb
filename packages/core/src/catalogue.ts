import type { CourseItem } from './claim.ts'
import { CourseKey, CourseMode, type LmsId } from './ids.ts'
import type { OrderLine } from './order.ts'

/** One course run that a rule sells; what is left out comes from the catalogue's defaults. */
export interface RuleItem {
  /** A course key, or an alias of one. */
  readonly course: string
  readonly mode?: CourseMode | undefined
  readonly lms?: LmsId | undefined
}

/** What an operator wrote about one SKU, product or variation: the course runs it sells; none for goods that only look like courses. */
export interface CatalogueRule {
  readonly sku?: string | undefined
  readonly product?: string | undefined
  readonly variation?: string | undefined
  readonly items: readonly RuleItem[]
}

/** How the products of one store become course runs. */
export interface Catalogue {
  /** Of everything else in here: a line that died under another one is tried again. */
  readonly hash: string
  /** The LMS whose courses this store sells, unless a rule says otherwise. */
  readonly lms: LmsId
  /** The course mode a sale grants, by LMS; `mode` for those without one of their own. */
  readonly modes: ReadonlyMap<LmsId, CourseMode>
  readonly mode: CourseMode
  readonly rules: readonly CatalogueRule[]
  /** Names for course keys that change, such as that of the current run. */
  readonly aliases: ReadonlyMap<string, CourseKey>
  /** Whether products' own fields may name courses, so that a product has to be read before its line is understood. */
  readonly readsProducts: boolean
}

/** What a product says of itself at the shop, as far as it matters here. */
export interface ProductFacts {
  /** What its own fields name as course and mode; null where they name none. */
  readonly course: string | null
  readonly mode: string | null
  readonly needsShipping: boolean
  /** What the shop calls it now, null where it has no such name; left out where that was not asked. */
  readonly sku?: string | null | undefined
}

/** By product and variation, as `productKey` writes them. */
export type KnownProducts = ReadonlyMap<string, ProductFacts>

/** What of a line names what it sells. */
export type SoldLine = Pick<OrderLine, 'sku' | 'product' | 'variation'>

export function productKey({ product, variation }: Pick<OrderLine, 'product' | 'variation'>): string {
  return `${product}/${variation}`
}

/** What a line sells: course runs, none, `unknown` where it names a course that cannot be, `unread` before its product was read. */
export type Resolution =
  { readonly kind: 'items'; readonly items: readonly CourseItem[] } | { readonly kind: 'unknown' | 'unread' }

const nothing: Resolution = { kind: 'items', items: [] }

/**
 * What a line sells.
 *
 * Pure. A rule for its variation, product or SKU decides first, in this order; then a SKU that is a course key or an
 * alias; then the product's own fields. A line that names a course in any of these ways, but none that can be, is unknown;
 * a line that names none sells none.
 */
export function resolveLine(line: SoldLine, catalogue: Catalogue, products: KnownProducts): Resolution {
  const rule = ruleFor(line, catalogue)
  if (rule !== undefined) return itemsOf(rule.items, catalogue)
  const sku = line.sku?.trim() ?? ''
  if (keyOf(sku, catalogue) !== undefined) return itemsOf([{ course: sku }], catalogue)
  const product = products.get(productKey(line))
  if (product === undefined && catalogue.readsProducts && line.product !== '0') return { kind: 'unread' }
  if (product?.course) return itemOfProduct(product.course, product.mode, catalogue)
  return sku.startsWith('course-v1:') ? { kind: 'unknown' } : nothing
}

function ruleFor({ sku, product, variation }: SoldLine, { rules }: Catalogue): CatalogueRule | undefined {
  return (
    rules.find((rule) => variation !== '0' && rule.variation === variation) ??
    rules.find((rule) => product !== '0' && rule.product === product) ??
    rules.find((rule) => sku !== null && rule.sku === sku)
  )
}

function keyOf(course: string, { aliases }: Catalogue): CourseKey | undefined {
  return aliases.get(course) ?? CourseKey.safeParse(course).data
}

function itemOfProduct(course: string, mode: string | null, catalogue: Catalogue): Resolution {
  const own = CourseMode.safeParse(mode ?? '')
  if (mode !== null && !own.success) return { kind: 'unknown' }
  return itemsOf([{ course: course.trim(), mode: own.data }], catalogue)
}

function itemsOf(items: readonly RuleItem[], catalogue: Catalogue): Resolution {
  const resolved = items.map(({ course, mode, lms = catalogue.lms }) => {
    const key = keyOf(course, catalogue)
    return key && { lms, course: key, mode: mode ?? catalogue.modes.get(lms) ?? catalogue.mode }
  })
  const known = resolved.filter((item) => item !== undefined)
  return known.length === resolved.length ? { kind: 'items', items: known } : { kind: 'unknown' }
}

/** How many seats readings may end in an hour: so many, or a share of those that were granted when it began if that is more. */
export interface Brake {
  readonly seats: number
  /** 0 to 100. */
  readonly percent: number
}

/** How the orders of one store count. */
export interface StorePolicy {
  readonly catalogue: Catalogue
  /** Whether the shop wants to be told what becomes of its orders. */
  readonly tells: boolean
  /** Orders created before are left alone unless they are known; milliseconds since 1970, null for none. */
  readonly sinceMs: number | null
  /** What a reading would end beyond it waits for a person. */
  readonly brake: Brake
}
