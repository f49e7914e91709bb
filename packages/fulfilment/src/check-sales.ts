import {
  itemsForSale,
  JobFailure,
  judgeSale,
  type Catalogue,
  type CourseItem,
  type Courses,
  type CourseTerms,
  type LmsId,
  type ProductForSale,
  type SaleCode,
  type ShopProducts,
  type StoreId,
} from '@seatkeeper/core'

/** One LMS as far as selling its courses goes. */
export interface SellingCampus {
  readonly courses: Courses
  /** Closed and invitation-only runs are enrolled in all the same. */
  readonly isForced: boolean
}

export interface CheckSalesParts {
  readonly store: StoreId
  readonly shop: ShopProducts
  readonly catalogue: Catalogue
  /** Undefined for an LMS of which nothing is known here. */
  readonly campusOf: (lms: LmsId) => SellingCampus | undefined
  readonly nowMs: number
}

/** What comes of one product, or variation, that names one course run. */
export interface SaleFinding extends Pick<ProductForSale, 'product' | 'variation' | 'name' | 'sku'> {
  readonly store: StoreId
  readonly code: SaleCode
  /** Null where the product names a course that cannot be. */
  readonly item: CourseItem | null
}

/**
 * Goes through all that a shop sells, and finds out before anybody pays whether the LMS will give it.
 *
 * What names no course is passed over. An LMS is asked once for each course run; one that does not answer leaves its
 * products unchecked and the rest goes on.
 *
 * @throws JobFailure with a STORE_ code.
 */
export async function* checkSales(parts: CheckSalesParts, signal: AbortSignal): AsyncGenerator<SaleFinding> {
  const { shop } = parts
  const read = createReading(parts, signal)
  for (let page = 1, isFull = true; isFull; page += 1) {
    const found = await shop.readProducts(page, signal)
    isFull = found.isFull
    for (const sold of found.products) yield* checkProduct(parts, sold, read)
  }
}

async function* checkProduct(parts: CheckSalesParts, sold: ProductForSale, read: Reading): AsyncGenerator<SaleFinding> {
  const { product, variation, name, sku } = sold
  const common = { store: parts.store, product, variation, name, sku }
  const items = itemsForSale(sold, parts.catalogue)
  if (items === 'unknown') yield { ...common, item: null, code: 'SALE_LINE_UNKNOWN' }
  else for (const item of items) yield { ...common, item, code: await codeOf(parts, sold, item, read) }
}

/** The course runs that the catalogue itself names, without asking the shop. */
export async function* checkCatalogue(
  parts: Pick<CheckSalesParts, 'campusOf' | 'nowMs'> & { readonly items: readonly CourseItem[] },
  signal: AbortSignal,
): AsyncGenerator<{ readonly item: CourseItem; readonly code: SaleCode }> {
  const read = createReading(parts, signal)
  for (const item of parts.items) yield { item, code: await codeOf(parts, { isFree: false }, item, read) }
}

type Reading = (item: CourseItem) => Promise<CourseTerms | undefined | 'unchecked'>

function createReading({ campusOf }: Pick<CheckSalesParts, 'campusOf'>, signal: AbortSignal): Reading {
  const known = new Map<string, ReturnType<Reading>>()
  const read = async ({ lms, course }: CourseItem): ReturnType<Reading> => {
    const campus = campusOf(lms)
    if (campus === undefined) return 'unchecked'
    return campus.courses.readCourse(course, signal).catch((error: unknown) => {
      if (signal.aborted || !(error instanceof JobFailure)) throw error
      return 'unchecked' as const
    })
  }
  return (item) => {
    const key = `${item.lms}/${item.course}`
    const reading = known.get(key) ?? read(item)
    known.set(key, reading)
    return reading
  }
}

async function codeOf(
  { campusOf, nowMs }: Pick<CheckSalesParts, 'campusOf' | 'nowMs'>,
  { isFree }: Pick<ProductForSale, 'isFree'>,
  item: CourseItem,
  read: Reading,
): Promise<SaleCode> {
  const terms = await read(item)
  if (terms === 'unchecked') return 'SALE_UNCHECKED'
  return judgeSale({ item, terms, isFree, isForced: campusOf(item.lms)?.isForced === true, nowMs })
}
