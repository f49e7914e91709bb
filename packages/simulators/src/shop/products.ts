import { byNumber } from './by-number.ts'
import { centsOf } from './money.ts'
import { createMeta, type Line, type Product, type ShopState } from './state.ts'

/** What a new product needs; a course is virtual unless said otherwise. */
export interface ProductInput {
  readonly name: string
  /** A product without one has an empty SKU. */
  readonly sku?: string
  readonly price?: number
  readonly virtual?: boolean
  /** A paid order of nothing but virtual and downloadable products completes at once. */
  readonly downloadable?: boolean
  readonly meta?: Readonly<Record<string, unknown>>
  /** Makes it a variation of that product. */
  readonly variationOf?: number
  readonly attributes?: Readonly<Record<string, string>>
}

/** Puts a product on sale and gives its number. */
export function addProduct(state: ShopState, input: ProductInput): number {
  const id = state.nextId('post')
  const { name, sku = '', price = 49, virtual = true, downloadable = false, attributes = {} } = input
  state.products.set(id, {
    id,
    name,
    sku,
    cents: centsOf(price),
    isVirtual: virtual,
    isDownloadable: downloadable,
    meta: createMeta(state, input.meta),
    parent: input.variationOf ?? null,
    attributes,
    createdMs: state.now(),
  })
  return id
}

/** Gives a product another SKU. Old orders show it too, from their next reading on. */
export function setSku(state: ShopState, id: number, sku: string): void {
  byNumber(state.products, id).sku = sku
}

/** What a line sold, if it is still there: the variation, else the product. */
export function soldProduct(state: ShopState, { product, variation }: Line): Product | undefined {
  return state.products.get(variation) ?? state.products.get(product)
}

/** The name an order line keeps: a variation's is its parent's with its attributes behind. */
export function soldName(state: ShopState, product: Product): string {
  if (product.parent === null) return product.name
  return `${byNumber(state.products, product.parent).name} - ${Object.values(product.attributes).join(', ')}`
}
