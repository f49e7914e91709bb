import { describe, expect, it } from '@jest/globals'
import { recordedAnswer } from './recordings.fixture.ts'
import { never, scriptedShop, stopShopsAfterEach, storeAt, type ScriptedAnswer } from './scripted-shop.fixture.ts'

stopShopsAfterEach()

const recorded = (name: string) => recordedAnswer(`18-variation/rest/${name}`).body
const recordedProducts = {
  '/products/17': recorded('03-product-parent'),
  '/products/17/variations/19': recorded('04-product-variation'),
  '/products/10': recorded('05-product-simple'),
}
const simple = { product: '10', variation: '0' }
const variation = { product: '17', variation: '19' }
const openedxFields = { courseField: 'openedx_course_id', modeField: 'openedx_course_mode' }

describe('readProduct', () => {
  it.each([
    [
      'a product',
      simple,
      {},
      {
        course: 'course-v1:OpenedX+DemoX+DemoCourse',
        mode: 'verified',
        needsShipping: false,
        sku: 'course-v1:OpenedX+DemoX+DemoCourse',
      },
    ],
    [
      'a variation',
      variation,
      openedxFields,
      { course: 'course-v1:ExampleU+ADV200+2026', mode: 'verified', needsShipping: false, sku: 'ADV200-VERIFIED' },
    ],
    [
      'a variation whose fields are named otherwise',
      variation,
      {},
      { course: null, mode: null, needsShipping: false, sku: 'ADV200-VERIFIED' },
    ],
    [
      'a product alone',
      { ...variation, variation: '0' },
      openedxFields,
      { course: null, mode: null, needsShipping: true, sku: 'course-v1:ExampleU+ADV200+2026' },
    ],
  ])('reads the recorded answers of %s', async (_, line, catalogue, facts) => {
    const shop = await shopOf(recordedProducts)
    expect(await storeAt(shop, { catalogue }).readProduct(line, never)).toEqual(facts)
  })

  it('asks the product only for what its variation has not said', async () => {
    const shop = await shopOf(recordedProducts)
    await storeAt(shop, { catalogue: openedxFields }).readProduct(variation, never)
    expect(pathsAsked(shop)).toEqual(['/products/17/variations/19'])
    await storeAt(shop).readProduct(variation, never)
    expect(pathsAsked(shop).slice(1)).toEqual(['/products/17/variations/19', '/products/17'])
  })

  it.each([
    ['both', { _course_id: 'v', _mode: 'audit' }, { _course_id: 'p', _mode: 'honor' }, ['v', 'audit']],
    ['the mode', { _mode: 'audit' }, { _course_id: 'p', _mode: 'honor' }, ['p', 'audit']],
    ['the course', { _course_id: ' v ', _mode: '' }, { _course_id: 'p', _mode: 'honor' }, ['v', 'honor']],
    ['nothing', {}, { _course_id: 'p', _mode: 'honor' }, ['p', 'honor']],
    ['nothing, nor does the product', {}, {}, [null, null]],
  ])('where a variation names %s', async (_, own, parents, [course, mode]) => {
    const shop = await shopOf({
      '/products/17/variations/19': aProduct({ fields: own, virtual: true }),
      '/products/17': aProduct({ fields: parents, virtual: false }),
    })
    expect(await storeAt(shop).readProduct(variation, never)).toEqual({ course, mode, needsShipping: false, sku: null })
  })

  it.each([
    [['course-v1:A+B+C'], '["course-v1:A+B+C"]'],
    [101, '101'],
    [true, 'true'],
    [[], null],
    [{}, null],
    [false, null],
    [null, null],
    [{ toString: 1 }, '{"toString":1}'],
    ['x'.repeat(5000), 'x'.repeat(1000)],
  ])('gives a field that holds %j as %j', async (value, course) => {
    const shop = await shopOf({ '/products/10': aProduct({ fields: { _course_id: value }, virtual: true }) })
    expect(await storeAt(shop).readProduct(simple, never)).toMatchObject({ course })
  })

  it('takes a field that is nested without end for a course that cannot be', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const body = aProduct({ fields: { _course_id: 'deep' }, virtual: true }).replace('"deep"', deep)
    const { course } = (await storeAt(await shopOf({ '/products/10': body })).readProduct(simple, never)) ?? {}
    expect(course).toMatch(/^(\[|too deep)/)
  })

  it('has a downloadable product shipped unless it is virtual', async () => {
    const shop = await shopOf({ '/products/10': aProduct({ fields: {}, virtual: false, downloadable: true }) })
    expect(await storeAt(shop).readProduct(simple, never)).toMatchObject({ needsShipping: true })
  })

  it('lets the product speak for a variation that is gone', async () => {
    const shop = await shopOf({ '/products/17': aProduct({ fields: { _course_id: 'p' }, virtual: false }) })
    expect(await storeAt(shop).readProduct(variation, never)).toEqual({
      course: 'p',
      mode: null,
      needsShipping: true,
      sku: null,
    })
  })

  it('knows no product that is gone', async () => {
    const shop = await shopOf({})
    expect(await storeAt(shop).readProduct(variation, never)).toBeUndefined()
    expect(await storeAt(shop).readProduct(simple, never)).toBeUndefined()
  })

  it('does not ask for the product of a line that has none', async () => {
    const shop = await shopOf({})
    expect(await storeAt(shop).readProduct({ product: '0', variation: '0' }, never)).toBeUndefined()
    expect(shop.asked).toEqual([])
  })

  it('does not take trouble for absence', async () => {
    const shop = await scriptedShop(() => ({ status: 404, body: '{"code":"rest_no_route"}' }))
    await expect(storeAt(shop).readProduct(simple, never)).rejects.toMatchObject({ code: 'STORE_ENDPOINT_MISSING' })
  })

  it('refuses what is no product', async () => {
    const shop = await shopOf({ '/products/10': '{"id":10}' })
    await expect(storeAt(shop).readProduct(simple, never)).rejects.toMatchObject({ code: 'STORE_ANSWER_UNREADABLE' })
  })
})

/** A shop of these products; it says of all others that they are not there, as WooCommerce does. */
function shopOf(products: Readonly<Record<string, string>>) {
  return scriptedShop((path): ScriptedAnswer => {
    const kind = path.includes('variations') ? 'product_variation' : 'product'
    return products[path] ?? { status: 404, body: JSON.stringify({ code: `woocommerce_rest_${kind}_invalid_id` }) }
  })
}

function pathsAsked({ asked }: Awaited<ReturnType<typeof shopOf>>): string[] {
  return asked.map(({ url }) => new URL(url ?? '', 'http://shop').pathname.replace('/wp-json/wc/v3', ''))
}

function aProduct({ fields, ...product }: { fields: object; virtual: boolean; downloadable?: boolean }): string {
  const meta_data = Object.entries(fields).map(([key, value], id) => ({ id, key, value }))
  return JSON.stringify({ id: 10, ...product, meta_data })
}
