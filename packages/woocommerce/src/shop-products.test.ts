import { describe, expect, it } from '@jest/globals'
import { StoreConfig } from './config.ts'
import { key, never, scriptedShop, secret, stopShopsAfterEach } from './scripted-shop.fixture.ts'
import { createShopProducts } from './shop-products.ts'

stopShopsAfterEach()

const product = (id: number, more: object = {}) => ({
  id,
  name: `Product ${id}`,
  sku: '',
  price: '49.00',
  status: 'publish',
  virtual: true,
  meta_data: [],
  variations: [],
  ...more,
})

const field = (value: string) => [{ key: '_course_id', value }]

async function read(lists: Readonly<Record<string, readonly object[]>>, page = 1) {
  const shop = await scriptedShop((path) => JSON.stringify(lists[path] ?? []))
  const entry = { id: 'bookshop', lms: 'campus', courseMode: 'verified', url: shop.url }
  const config = StoreConfig.parse({ ...entry, consumerKey: key, consumerSecret: secret })
  return { ...(await createShopProducts(config).readProducts(page, never)), asked: shop.asked }
}

describe('createShopProducts', () => {
  it('leaves out what nobody can buy', async () => {
    const list = [product(1), product(2, { status: 'private' }), product(3, { price: '' }), product(4, { price: '0' })]
    const { products, isFull } = await read({ '/products': list })
    expect(products.map(({ product: id, isFree, sku }) => [id, isFree, sku])).toEqual([
      ['1', false, null],
      ['4', true, null],
    ])
    expect(isFull).toBe(false)
  })

  it('sells variations in the place of their product, whose fields they inherit', async () => {
    const { products } = await read({
      '/products': [product(1, { variations: [11, 12], meta_data: field('course-v1:A+B+C') })],
      '/products/1/variations': [
        product(11, { name: 'Audit', meta_data: field('course-v1:A+B+D') }),
        product(12, { name: 'Verified', sku: 'V' }),
      ],
    })
    expect(products).toMatchObject([
      { product: '1', variation: '11', name: 'Product 1 – Audit', facts: { course: 'course-v1:A+B+D' } },
      { product: '1', variation: '12', sku: 'V', facts: { course: 'course-v1:A+B+C' } },
    ])
  })

  it('says that there may be more after a full page, and asks for the page', async () => {
    const { isFull, asked } = await read({ '/products': Array.from({ length: 100 }, (_, id) => product(id + 1)) }, 3)
    expect(isFull).toBe(true)
    expect(asked[0]?.url).toMatch(/[?&]page=3(&|$)/)
  })
})
