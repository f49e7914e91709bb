import { decimals } from './money.ts'
import { soldProduct } from './products.ts'
import type { Line, Meta, Product, RefundLine, ShopState } from './state.ts'

/**
 * A line of an order as REST v3 shows it.
 *
 * Product, SKU and picture are looked up now, not kept from the sale: a product that is gone leaves `product_id` 0 and
 * `sku` null, while the name stays.
 */
export function lineJson(state: ShopState, line: Line) {
  const sold = soldProduct(state, line)
  const parent = state.products.get(line.product)
  return {
    id: line.id,
    name: line.name,
    product_id: parent === undefined ? 0 : line.product,
    variation_id: state.products.has(line.variation) ? line.variation : 0,
    quantity: line.quantity,
    tax_class: '',
    subtotal: decimals(line.subtotalCents),
    subtotal_tax: '0.00',
    total: decimals(line.totalCents),
    total_tax: '0.00',
    taxes: [],
    meta_data: line.meta.map(lineMetaJson),
    ...productNow(sold),
    price: line.quantity === 0 ? 0 : line.totalCents / line.quantity / 100,
    image: { id: sold?.parent === null ? '' : 0, src: '' },
    parent_name: sold?.parent === null ? null : (parent?.name ?? null),
  }
}

/** A line of a refund: negative quantity and total, and the original line's id as a string in its only custom field. */
export function refundLineJson(state: ShopState, { id, metaId, original, quantity, cents }: RefundLine) {
  const value = String(original.id)
  const meta = [{ id: metaId, key: '_refunded_item_id', value }]
  // Minus nothing would be rendered as "-0".
  const units = quantity === 0 ? 0 : quantity
  return lineJson(state, { ...original, id, quantity: units, subtotalCents: cents, totalCents: cents, meta })
}

/** A custom field of a line, with what the admin screen shows of it. */
export function lineMetaJson({ id, key, value }: Meta) {
  return { id, key, value, display_key: key, display_value: value }
}

function productNow(product: Product | undefined) {
  return { sku: product?.sku ?? null, global_unique_id: product === undefined ? null : '' }
}
