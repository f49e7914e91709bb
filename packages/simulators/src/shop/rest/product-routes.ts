import { productJson, variationJson } from '../product-json.ts'
import type { Product } from '../state.ts'
import { refusals, type Answer } from './answer.ts'
import type { Route, RouteCall } from './call.ts'
import type { RestContext } from './context.ts'
import { listAnswer, namesOf, oneAnswer } from './list.ts'

/** `/products` and `/products/{id}/variations`, for reading. */
export function productRoutes({ shop, home }: RestContext): readonly Route[] {
  const { products } = shop.state
  const show = (product: Product) => productJson(shop.state, home(), product)
  const showVariation = (product: Product) => variationJson(home(), product)

  const list = ({ query }: RouteCall): Answer => {
    const skus = namesOf(query, 'sku')
    const asked = [...products.values()].filter(({ parent, sku }) => parent === null && fits(skus, sku))
    return listAnswer(asked.toReversed(), show, { query, url: `${home().api}/products` })
  }
  const read = ({ ids: [id = 0], query }: RouteCall): Answer => {
    const product = products.get(id)
    return product?.parent === null ? oneAnswer(show(product), query) : refusals.productMissing
  }
  const listVariations = ({ ids: [id = 0], query }: RouteCall): Answer => {
    const variations = [...products.values()].filter(({ parent }) => parent === id)
    return listAnswer(variations, showVariation, { query, url: `${home().api}/products/${id}/variations` })
  }
  const readVariation = ({ ids: [parent = 0, id = 0], query }: RouteCall): Answer => {
    const product = products.get(id)
    return product?.parent === parent ? oneAnswer(showVariation(product), query) : refusals.variationMissing
  }

  const variations = /^\/products\/(\d+)\/variations$/
  return [
    { method: 'GET', path: /^\/products$/, anonymous: refusals.cannotList, handle: list },
    { method: 'GET', path: /^\/products\/(\d+)$/, anonymous: refusals.cannotView, handle: read },
    { method: 'GET', path: variations, anonymous: refusals.cannotList, handle: listVariations },
    {
      method: 'GET',
      path: /^\/products\/(\d+)\/variations\/(\d+)$/,
      anonymous: refusals.cannotView,
      handle: readVariation,
    },
  ]
}

function fits(asked: readonly string[], sku: string): boolean {
  return asked.length === 0 || asked.includes(sku)
}
