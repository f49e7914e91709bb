import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { comparable, heard, openRecordedShop, products, type RecordedShop } from './recorded-shop.fixture.ts'
import { answerOf, recordingsOf } from './recordings.fixture.ts'
import type { OrderInput, ShopDelivery } from './shop.ts'

const email = 'ada@example.com'
const both = [{ product: products.demo }, { product: products.cs101 }]

describe('startShopSimulator, held against the recorded shop', () => {
  let open: RecordedShop
  beforeEach(async () => {
    open = await openRecordedShop()
  })
  afterEach(() => open.stop())

  /** Does each step at its recorded time, runs the queue after it, and gives everything delivered. */
  async function replay(...steps: readonly (readonly [gmt: string, step: () => unknown])[]) {
    const made: ShopDelivery[] = []
    for (const [gmt, step] of steps) {
      open.setTime(`2026-11-21T18:${gmt}`)
      step()
      made.push(...(await open.shop.deliver()))
    }
    return made.map(heard)
  }
  const place = (input: Omit<OrderInput, 'email'>) => open.shop.placeOrder({ email, ...input })
  const lineIds = (order: number) => open.shop.order(order).line_items.map(({ id }) => id)

  it('02: a paid checkout sends updated, created and two actions', async () => {
    const heardNow = await replay(['08:52', () => place({ lines: [{ product: products.demo }] })])
    expect(heardNow).toEqual(recorded('02'))
  })

  it('02: the body of order.updated and of order.created is the same, byte for byte', async () => {
    place({ lines: both })
    const [updated, created] = await open.shop.deliver()
    expect(updated?.body).toEqual(created?.body)
    expect(open.receiver.received.at(-4)?.body).toEqual(updated?.body)
  })

  it('03: a hosted payment leaves pending, and the callback brings processing', async () => {
    const lines = [{ product: products.demo }]
    let order = 0
    const heardNow = await replay(
      ['08:55', () => (order = place({ lines, status: 'pending' }))],
      ['08:57', () => open.shop.pay(order)],
    )
    expect(heardNow).toEqual(recorded('03'))
  })

  it('04: a shirt among courses adds shipping', async () => {
    const lines = [...both, { product: products.shirt }]
    const heardNow = await replay(['09:00', () => place({ lines, shipping: 5 })])
    expect(heardNow).toEqual(recorded('04'))
  })

  it('06: a bank transfer goes from on-hold by staff to processing and completed', async () => {
    let order = 0
    const heardNow = await replay(
      ['09:07', () => (order = place({ lines: [{ product: products.cs101 }], status: 'on-hold' }))],
      ['09:09', () => open.shop.setStatus(order, 'processing')],
      ['09:11', () => open.shop.setStatus(order, 'completed')],
    )
    expect(heardNow).toEqual(recorded('06'))
  })

  it('07: a virtual and downloadable course completes at once', async () => {
    const heardNow = await replay(['09:15', () => place({ lines: [{ product: products.instant }] })])
    expect(heardNow).toEqual(recorded('07'))
  })

  it('08: cancelling makes no refund, paid or not', async () => {
    let order = 0
    const { shop } = open
    const lines = [{ product: products.cs101 }]
    const heardNow = await replay(
      ['09:18', () => (order = place({ lines: [{ product: products.demo }], status: 'on-hold' }))],
      ['09:19', () => shop.setStatus(order, 'cancelled')],
      ['09:22', () => (order = place({ lines }))],
      ['09:23', () => shop.setStatus(order, 'cancelled')],
    )
    expect(heardNow).toEqual(recorded('08'))
  })

  it('09: a declined card fails, and the shopper pays the same order at a second try', async () => {
    let order = 0
    const { shop } = open
    const heardNow = await replay(
      ['09:27', () => (order = place({ lines: [{ product: products.demo }], status: 'failed' }))],
      ['09:28', () => (shop.setStatus(order, 'pending'), shop.pay(order))],
    )
    expect(heardNow).toEqual(recorded('09'))
  })

  it('10: a full refund and a bare status refunded both end in refunded, the latter with a refund without lines', async () => {
    let order = 0
    const { shop } = open
    const refundBoth = () => {
      const lines = lineIds(order).map((line) => ({ line, quantity: 1 }))
      shop.refund(order, { lines, reason: 'Customer request' })
    }
    const byHand = await replay(
      ['09:32', () => (order = place({ lines: both }))],
      ['09:33', () => shop.setStatus(order, 'completed')],
      ['09:34', refundBoth],
    )
    expect(byHand).toEqual(recorded('10', 0, 10))
    const byStatus = await replay(
      ['09:37', () => (order = place({ lines: [{ product: products.demo }] }))],
      ['09:38', () => shop.setStatus(order, 'refunded')],
    )
    expect(byStatus).toEqual(recorded('10', 10))
  })

  it('11: refunding one line leaves the status, refunding the other too does not', async () => {
    let order = 0
    const refundLine = (index: number, reason: string) => () =>
      open.shop.refund(order, { lines: [{ line: lineIds(order)[index] ?? 0, quantity: 1 }], reason })
    const heardNow = await replay(
      ['09:42', () => (order = place({ lines: both }))],
      ['09:44', refundLine(1, 'Wrong course')],
      ['09:47', refundLine(0, '')],
    )
    const expected = recorded('11')
    expect(heardNow.map(({ topic }) => topic)).toEqual(expected.map(({ topic }) => topic))
    expect(heardNow[4]).toEqual(expected[4])
    expect(open.shop.order(order)).toMatchObject({
      status: 'refunded',
      refunds: [{ total: '-49.00' }, { total: '-129.50' }],
    })
  })

  it('12: money without seats: an amount, a line with quantity 0, then the rest', async () => {
    let order = 0
    const { shop } = open
    const noUnits = () => shop.refund(order, { lines: [{ line: lineIds(order)[0] ?? 0, quantity: 0, total: 10 }] })
    const heardNow = await replay(
      ['09:51', () => (order = place({ lines: both }))],
      ['09:52', () => shop.refund(order, { amount: '20.00', reason: 'Goodwill' })],
      ['09:54', noUnits],
      ['09:55', () => shop.refund(order, { amount: '148.50' })],
    )
    expect(heardNow).toEqual(recorded('12'))
  })

  it('15: edits by staff send updated each, a note sends nothing, a save without a change does', async () => {
    let order = 0
    const { shop } = open
    const heardNow = await replay(
      ['10:19', () => (order = place({ lines: [{ product: products.demo }] }))],
      ['10:21', () => shop.editOrder(order, { addLines: [{ product: products.cs101 }] })],
      ['10:22', () => shop.editOrder(order, { removeLines: lineIds(order).slice(0, 1) })],
      ['10:23', () => shop.editOrder(order, { quantities: { [lineIds(order)[0] ?? 0]: 2 } })],
    )
    expect(heardNow).toEqual(recorded('15', 0, 7))
    const resent = await replay(['10:31', () => shop.resend(order)])
    expect(resent.map(({ topic }) => topic)).toEqual(['order.updated'])
    expect(shop.order(order).date_modified_gmt).toBe('2026-11-21T18:10:31')
  })

  it('16: trash tells the number only, restoring sends no updated, deleting for good only an action', async () => {
    let order = 0
    const { shop } = open
    const heardNow = await replay(
      ['10:38', () => (order = place({ lines: [{ product: products.demo }] }))],
      ['10:40', () => shop.trash(order)],
      ['10:42', () => shop.restore(order)],
      ['10:44', () => shop.trash(order)],
      ['10:49', () => shop.deleteForever(order)],
      ['10:53', () => (order = place({ lines: [{ product: products.demo }] }))],
      ['10:57', () => shop.deleteForever(order)],
    )
    expect(heardNow).toEqual(recorded('16'))
  })

  it('18: a variation is sold under its parent, with its own SKU', async () => {
    const { shop } = open
    const parent = shop.addProduct({ name: 'Advanced Course', sku: 'course-v1:ExampleU+ADV200+2026' })
    const track = {
      variationOf: parent,
      attributes: { track: 'Verified' },
      sku: 'ADV200-VERIFIED',
      price: 80,
      name: '',
    }
    const variation = shop.addProduct(track)
    const [line] = shop.order(place({ lines: [{ product: variation }] })).line_items
    const theirs = JSON.parse(recordingsOf('18')[0]?.body.toString() ?? '') as { line_items: Record<string, unknown>[] }
    const { name, sku, price, parent_name, image } = theirs.line_items[0] ?? {}
    expect(line).toMatchObject({ name, sku, price, parent_name, image, product_id: parent, variation_id: variation })
    expect(line?.meta_data).toMatchObject([{ key: 'track', value: 'Verified' }])
  })

  it('27: the SKU is looked up live, and is gone with its product', async () => {
    let order = 0
    const { shop } = open
    const doomed = shop.addProduct({ name: 'Doomed Course', sku: 'course-v1:ExampleU+DOOM+1', price: 25 })
    const heardNow = await replay(
      ['12:27', () => (order = place({ lines: [{ product: doomed }] }))],
      ['12:30', () => (shop.setSku(doomed, 'course-v1:ExampleU+DOOM+2'), shop.setStatus(order, 'completed'))],
      ['12:32', () => shop.setStatus(order, 'processing')],
      ['12:35', () => (shop.deleteProduct(doomed), shop.setStatus(order, 'completed'))],
    )
    const expected = recorded('27').map(({ topic, body }) => ({ topic, body: withProduct(body, 84, doomed) }))
    expect(heardNow).toEqual(expected)
  })

  it('14: a deleted refund is heard of by nobody, and moves neither status nor modification time', async () => {
    let order = 0
    const { shop } = open
    await replay(['09:32', () => (order = place({ lines: both }))])
    const before = shop.refund(order, { amount: 178.5 })
    await shop.deliver()
    open.setTime('2026-11-21T19:00:00')
    shop.deleteRefund(order, before)
    expect(await shop.deliver()).toEqual([])
    expect(shop.order(order)).toMatchObject({
      status: 'refunded',
      refunds: [],
      date_modified_gmt: '2026-11-21T18:09:32',
    })
  })

  it('14: in the admin screen an action names the refund that is gone', async () => {
    const order = place({ lines: both })
    const refund = open.shop.refund(order, { amount: 5 })
    await open.shop.deliver()
    open.shop.deleteRefund(order, refund, { inAdminScreen: true })
    const [delivery] = await open.shop.deliver()
    expect(delivery?.body.toString()).toBe(`{"action":"woocommerce_refund_deleted","arg":${refund}}`)
  })

  it('26: paid and refunded before the queue ran is one delivery that never saw the payment', async () => {
    const order = place({ lines: both, status: 'pending' })
    await open.shop.deliver()
    open.shop.pay(order)
    open.shop.refund(order, { amount: 178.5 })
    const updates = (await open.shop.deliver()).filter(({ topic }) => topic === 'order.updated')
    expect(updates.map(({ body }) => JSON.parse(body.toString()))).toMatchObject([{ status: 'refunded' }])
  })

  it('26: an order trashed before the queue ran is told as trash', async () => {
    const order = place({ lines: both })
    open.shop.trash(order)
    const [updated] = await open.shop.deliver()
    expect(JSON.parse(updated?.body.toString() ?? '')).toMatchObject({ id: order, status: 'trash' })
  })

  it('26: an order deleted for good before the queue ran is a signed error without a number', async () => {
    const order = place({ lines: both })
    open.shop.deleteForever(order)
    const [updated] = await open.shop.deliver()
    expect(updated?.topic).toBe('order.updated')
    expect(updated?.body.toString()).toBe(JSON.stringify(answerOf('16', '06-get-deleted').body))
  })

  it('36: saving one status again and again sends updated each time, and seconds tie', async () => {
    const order = place({ lines: both })
    await open.shop.deliver()
    const made = await replay(
      ['23:50', () => open.shop.setStatus(order, 'processing')],
      ['23:50', () => open.shop.setStatus(order, 'completed')],
    )
    const updates = made.filter(({ topic }) => topic === 'order.updated').map(({ body }) => JSON.stringify(body))
    expect(updates).toHaveLength(2)
    expect(updates.every((body) => body.includes('2026-11-21T18:23:50'))).toBe(true)
  })
})

function recorded(scenario: string, from = 0, to?: number) {
  return recordingsOf(scenario).slice(from, to).map(heard)
}

/** A recorded body under the product's number in this shop. */
function withProduct(body: unknown, theirs: number, ours: number): unknown {
  return JSON.parse(JSON.stringify(body).replaceAll(`["product_id",${theirs}]`, `["product_id",${ours}]`))
}

function aBody(status: string, id: number): string {
  return JSON.stringify({ id, status, order_key: `wc_order_${id}` })
}

describe('comparable', () => {
  it('tells bodies apart that differ in anything but numbers and made-up keys', () => {
    expect(comparable(aBody('completed', 1))).toEqual(comparable(aBody('completed', 2)))
    expect(comparable(aBody('completed', 1))).not.toEqual(comparable(aBody('processing', 1)))
  })
})
