import type { ProductForSale, ShopProducts } from '@seatkeeper/core'
import { z } from 'zod'
import { createAsk, type Ask } from './ask.ts'
import type { SigningSources } from './authorized-call.ts'
import type { CatalogueConfig } from './catalogue.ts'
import type { StoreConfig } from './config.ts'
import { mostPerPage, readPage, readPages } from './pages.ts'
import { factsOf, ProductBody } from './read-product.ts'

const Sold = ProductBody.extend({
  id: z.int().positive().transform(String),
  name: z.string(),
  sku: z.string(),
  price: z.string(),
  status: z.string(),
})
const ListedProduct = Sold.extend({ variations: z.array(z.unknown()) })

const fields = 'id,name,sku,price,status,virtual,meta_data'

type Keys = Pick<CatalogueConfig, 'courseField' | 'modeField'>

/** What a WooCommerce shop sells. Costs one call for a hundred products, and one for each that has variations. */
export function createShopProducts(config: StoreConfig, sources: SigningSources = {}): ShopProducts {
  const ask = createAsk(config, sources)
  return { readProducts: (page, signal) => readProducts(ask, config.catalogue, page, signal) }
}

async function readProducts(
  ask: Ask,
  keys: Keys,
  page: number,
  signal: AbortSignal,
): ReturnType<ShopProducts['readProducts']> {
  const query = { status: 'publish', _fields: `${fields},variations` }
  const found = await readPage(ask, { endpoint: 'listProducts', path: 'products', query, page }, ListedProduct, signal)
  const products: ProductForSale[] = []
  for (const product of found) products.push(...(await unitsOf(ask, keys, product, signal)))
  return { products: products, isFull: found.length >= mostPerPage }
}

/** A product whose variations are sold in its place is not for sale itself. */
async function unitsOf(
  ask: Ask,
  keys: Keys,
  product: z.output<typeof ListedProduct>,
  signal: AbortSignal,
): Promise<readonly ProductForSale[]> {
  const { id, name } = product
  if (product.variations.length === 0) {
    return isOnSale(product)
      ? [{ ...common(product), product: id, variation: '0', facts: factsOf([product], keys) }]
      : []
  }
  const path = `products/${id}/variations`
  const variations = await readPages(
    ask,
    { endpoint: 'listVariations', path, query: { _fields: fields } },
    Sold,
    signal,
  )
  return variations.filter(isOnSale).map((sold) => ({
    ...common(sold),
    product: id,
    variation: sold.id,
    name: `${name} – ${sold.name}`,
    facts: factsOf([sold, product], keys),
  }))
}

function common({ name, sku, price }: z.output<typeof Sold>) {
  return { name, sku: sku === '' ? null : sku, isFree: Number(price) === 0 }
}

/** A product without a price cannot be put into a basket. */
function isOnSale({ status, price }: z.output<typeof Sold>): boolean {
  return status === 'publish' && price !== ''
}
