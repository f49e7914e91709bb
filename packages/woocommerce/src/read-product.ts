import type { OrderLine, ProductFacts } from '@seatkeeper/core'
import { z } from 'zod'
import { shaped, type Ask } from './ask.ts'
import type { CatalogueConfig } from './catalogue.ts'
import { CustomFields } from './custom-fields.ts'

/** A product or variation, as far as it is needed. A downloadable one is shipped all the same unless it is virtual. */
export const ProductBody = z.object({ virtual: z.boolean(), meta_data: CustomFields })
export type ProductBody = z.output<typeof ProductBody>

const SoldBody = ProductBody.extend({ sku: z.string().default('') })
type SoldBody = z.output<typeof SoldBody>

type Keys = Pick<CatalogueConfig, 'courseField' | 'modeField'>

/**
 * What a product says of itself: the variation that was sold first, then its product.
 *
 * The product is not asked for what its variation has said; for shipping it never counts, because a variable product is
 * not virtual even if all its variations are. A variation that is gone leaves the word to its product.
 */
export async function readProduct(
  ask: Ask,
  keys: Keys,
  { product, variation }: Pick<OrderLine, 'product' | 'variation'>,
  signal: AbortSignal,
): Promise<ProductFacts | undefined> {
  if (product === '0') return undefined
  const path = `products/${product}`
  const query = { _fields: 'sku,virtual,meta_data' }
  const sold =
    variation === '0'
      ? undefined
      : bodyOf(await ask({ endpoint: 'readVariation', path: `${path}/variations/${variation}`, query }, signal))
  const own = sold && namedFacts([sold], keys)
  if (own !== undefined && own.course !== null && own.mode !== null) return own
  const parent = bodyOf(await ask({ endpoint: 'readProduct', path, query }, signal))
  return parent && namedFacts(sold === undefined ? [parent] : [sold, parent], keys)
}

function namedFacts(bodies: readonly [SoldBody, ...SoldBody[]], keys: Keys): ProductFacts {
  return { ...factsOf(bodies, keys), sku: bodies.map(({ sku }) => sku).find((sku) => sku !== '') ?? null }
}

function bodyOf(found: Awaited<ReturnType<Ask>>): SoldBody | undefined {
  return found.kind === 'absent' ? undefined : shaped(SoldBody, found.content)
}

/** What they say of a product. @param bodies the one that was sold first. */
export function factsOf(
  bodies: readonly [ProductBody, ...ProductBody[]],
  { courseField, modeField }: Keys,
): ProductFacts {
  const says = (key: string) => bodies.map((body) => textAt(body, key)).find((text) => text !== '') ?? null
  return { course: says(courseField), mode: says(modeField), needsShipping: !bodies[0].virtual }
}

/** Longer than anything that can name a course. */
const mostCharacters = 1000

/** Something that is no text cannot name a course, but was meant to: it is given as JSON, for people to find. */
function textAt({ meta_data: fields }: ProductBody, key: string): string {
  const value = fields.find((field) => field.key === key)?.value ?? ''
  const isEmpty = value === false || (typeof value === 'object' && Object.keys(value).length === 0)
  const text = typeof value === 'string' ? value.trim() : isEmpty ? '' : jsonOf(value)
  return text.slice(0, mostCharacters)
}

/** Lists can be nested deeper than they can be written. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'too deep to be shown'
  }
}
