import type { OrderReading } from '@seatkeeper/core'
import { startShopSimulator, type ShopSimulator } from '@seatkeeper/simulators'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startLoopback, type Loopback } from './loopback.fixture.ts'
import { newsOf } from './news.ts'
import { anOrder, configOf, never, read, sceneForEach, storeAt, ways } from './simulated-shop.fixture.ts'
import { isAuthentic } from './webhook-signature.ts'

describe.each(ways)('a WooCommerce store over $way', (way) => {
  const scene = sceneForEach(way)

  it('is probed', async () => {
    const { store } = scene()
    await expect(store.probe(never)).resolves.toBeUndefined()
  })

  it('has an order, its lines and who learns', async () => {
    const { shop, store } = scene()
    const order = anOrder(shop, 3)
    expect(await read(store, order)).toMatchObject({
      kind: 'order',
      snapshot: {
        store: 'bookshop',
        order: String(order),
        status: 'processing',
        access: 'granted',
        learner: 'ada@example.org',
        fullyRefunded: false,
        lines: [{ sku: 'course-v1:OpenedX+DemoX+DemoCourse', quantity: 3, refunded: 0 }],
      },
    })
  })

  it('refunds units, money and orders, and takes refunds back', async () => {
    const { shop, store } = scene()
    const order = anOrder(shop, 3)
    const [line = { id: 0 }] = shop.order(order).line_items
    shop.refund(order, { lines: [{ line: line.id, quantity: 1 }] })
    const second = shop.refund(order, { lines: [{ line: line.id, quantity: 1 }] })
    shop.refund(order, { amount: '1.00' })
    expect(refundsOf(await read(store, order))).toEqual({ fullyRefunded: false, units: [2] })
    shop.deleteRefund(order, second)
    expect(refundsOf(await read(store, order))).toEqual({ fullyRefunded: false, units: [1] })
    shop.setStatus(order, 'refunded')
    expect(refundsOf(await read(store, order))).toEqual({ fullyRefunded: true, units: [1] })
  })

  it('gives away a free order, and that is no refund', async () => {
    const { shop, store } = scene()
    const product = shop.addProduct({ name: 'Demonstration Course', sku: 'course-v1:A+B+C', price: 0 })
    const order = shop.placeOrder({ email: 'ada@example.org', lines: [{ product }] })
    expect(refundsOf(await read(store, order))).toEqual({ fullyRefunded: false, units: [0] })
  })

  it('puts an order in the trash, and then away', async () => {
    const { shop, store } = scene()
    const order = anOrder(shop)
    shop.trash(order)
    expect(await read(store, order)).toMatchObject({
      kind: 'order',
      snapshot: { status: 'trash', access: 'withdrawn' },
    })
    shop.deleteForever(order)
    expect(await read(store, order)).toEqual({ kind: 'deleted' })
  })

  it('refuses a key without read rights', async () => {
    const { shop, storeWith } = scene()
    const { key, secret } = shop.addKey('write')
    const stranger = storeWith({ consumerKey: key, consumerSecret: secret })
    await expect(stranger.probe(never)).rejects.toMatchObject({ code: 'STORE_KEY_REFUSED' })
  })

  it.each([
    [{ kind: 'page', status: 500 }, 'STORE_ERROR'],
    [{ kind: 'page', status: 503 }, 'STORE_UNREACHABLE'],
    [{ kind: 'page', status: 429, retryAfterSeconds: 7 }, 'STORE_THROTTLED'],
    [{ kind: 'page', status: 404 }, 'STORE_ENDPOINT_MISSING'],
    [{ kind: 'reset' }, 'STORE_UNREACHABLE'],
    [{ kind: 'lose-answer' }, 'STORE_UNREACHABLE'],
  ] as const)('in trouble %j is %s, and well again after it', async (fault, code) => {
    const { shop, store } = scene()
    const order = anOrder(shop)
    shop.faults.rest(fault, { times: 1 })
    await expect(read(store, order)).rejects.toMatchObject({ code })
    await expect(read(store, order)).resolves.toMatchObject({ kind: 'order' })
  })
})

describe('a webhook of a WooCommerce store', () => {
  let shop: ShopSimulator
  let receiver: Loopback

  beforeEach(async () => {
    shop = await startShopSimulator()
    receiver = await startLoopback((_, response) => response.end())
  })

  afterEach(async () => {
    await shop.stop()
    await receiver.stop()
  })

  it('says what a read says, signed', async () => {
    await shop.addWebhook({ topic: 'order.updated', deliveryUrl: receiver.url, secret: 'whsec-example' })
    const order = anOrder(shop)
    await shop.deliver()
    const { body, headers } = shop.captured(order) ?? { body: Buffer.alloc(0), headers: [] }
    const signature = headers.find(([name]) => name === 'X-WC-Webhook-Signature')?.[1]
    expect(isAuthentic(body, signature, ['whsec-example'])).toBe(true)
    const reading = await read(storeAt(shop), order)
    expect(newsOf({ body, topic: 'order.updated' }, configOf(shop))).toEqual({ ...reading, kind: 'snapshot' })
  })
})

function refundsOf(reading: OrderReading) {
  if (reading.kind === 'deleted') return 'deleted'
  const { fullyRefunded, lines } = reading.snapshot
  return { fullyRefunded, units: lines.map(({ refunded }) => refunded) }
}
