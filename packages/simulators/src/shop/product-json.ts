import { linksOf } from './links.ts'
import { gmtTime, siteTime } from './moments.ts'
import { decimals } from './money.ts'
import type { Home } from './order-json.ts'
import type { Product, ShopState } from './state.ts'

/** A product as REST v3 shows it, without what only a shop window needs (stock, pictures, texts). */
export function productJson(state: ShopState, { api }: Home, product: Product) {
  const variations = [...state.products.values()].filter(({ parent }) => parent === product.id).map(({ id }) => id)
  return {
    id: product.id,
    name: product.name,
    ...dates(product),
    type: variations.length > 0 ? 'variable' : 'simple',
    status: 'publish',
    sku: product.sku,
    price: decimals(product.cents),
    virtual: product.isVirtual,
    downloadable: product.isDownloadable,
    parent_id: 0,
    variations,
    meta_data: product.meta,
    _links: linksOf(api, `/products/${product.id}`),
  }
}

/** A variation, with its own custom fields: they are not on its parent. */
export function variationJson({ api }: Home, product: Product) {
  const attributes = Object.entries(product.attributes)
  return {
    id: product.id,
    type: 'variation',
    ...dates(product),
    sku: product.sku,
    price: decimals(product.cents),
    status: 'publish',
    virtual: product.isVirtual,
    downloadable: product.isDownloadable,
    attributes: attributes.map(([slug, option]) => ({ id: 0, name: slug, slug, option })),
    meta_data: product.meta,
    name: attributes.map(([, option]) => option).join(', '),
    parent_id: product.parent,
    _links: linksOf(api, `/products/${product.parent}/variations/${product.id}`, { isChild: true }),
  }
}

function dates({ createdMs }: Product) {
  const site = siteTime(createdMs)
  const gmt = gmtTime(createdMs)
  return { date_created: site, date_created_gmt: gmt, date_modified: site, date_modified_gmt: gmt }
}
