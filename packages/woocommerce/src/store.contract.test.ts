import { request as httpRequest } from 'node:http'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { OrderId, StoreId, type OrderReading, type Store } from '@seatkeeper/core'
import { startShopSimulator, type ShopSimulator } from '@seatkeeper/simulators'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { certificate } from './certificate.fixture.ts'
import { StoreConfig } from './config.ts'
import { startLoopback, type Loopback } from './loopback.fixture.ts'
import { newsOf } from './news.ts'
import { createWooStore } from './store-client.ts'
import { isAuthentic } from './webhook-signature.ts'

const never = new AbortController().signal
const made = certificate()
const trustedBefore = getCACertificates('default')

beforeAll(() => setDefaultCACertificates([...trustedBefore, made.cert]))
afterAll(() => setDefaultCACertificates(trustedBefore))

/** The ways to reach a shop: dialled at its home address, dialled elsewhere, and over TLS that ends before it. */
const ways = [
  { way: 'OAuth at the home address', https: false, proxy: undefined },
  { way: 'OAuth at another address', https: false, proxy: {} },
  { way: 'Basic over TLS', https: true, proxy: { certificate: made } },
]

describe.each(ways)('a WooCommerce store over $way', ({ https, proxy }) => {
  let shop: ShopSimulator
  let front: Loopback | undefined
  let store: Store

  beforeEach(async () => {
    shop = await startShopSimulator({ https })
    front = proxy && (await startFront(shop, proxy))
    store = storeAt(shop, front?.url)
  })

  afterEach(async () => {
    await front?.stop()
    await shop.stop()
  })

  it('is probed', async () => {
    await expect(store.probe(never)).resolves.toBeUndefined()
  })

  it('has an order, its lines and who learns', async () => {
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
    const product = shop.addProduct({ name: 'Demonstration Course', sku: 'course-v1:A+B+C', price: 0 })
    const order = shop.placeOrder({ email: 'ada@example.org', lines: [{ product }] })
    expect(refundsOf(await read(store, order))).toEqual({ fullyRefunded: false, units: [0] })
  })

  it('puts an order in the trash, and then away', async () => {
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
    const { key, secret } = shop.addKey('write')
    const stranger = storeAt(shop, front?.url, { consumerKey: key, consumerSecret: secret })
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

/** A proxy before the shop, at an address of its own. */
function startFront(shop: ShopSimulator, options: { readonly certificate?: typeof made }): Promise<Loopback> {
  return startLoopback((request, response) => {
    const { method, headers } = request
    const onward = httpRequest(shop.url + request.url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }, options.certificate)
}

function configOf(shop: ShopSimulator, url = shop.url, change: object = {}): StoreConfig {
  return StoreConfig.parse({
    id: 'bookshop',
    lms: 'campus',
    courseMode: 'verified',
    url,
    homeUrl: shop.url,
    consumerKey: shop.keys.key,
    consumerSecret: shop.keys.secret,
    ...change,
  })
}

function storeAt(...parameters: Parameters<typeof configOf>): Store {
  return createWooStore(configOf(...parameters))
}

function anOrder(shop: ShopSimulator, quantity = 1): number {
  const product = shop.addProduct({
    name: 'Demonstration Course',
    sku: 'course-v1:OpenedX+DemoX+DemoCourse',
    price: 49,
  })
  return shop.placeOrder({ email: 'Ada@example.org', lines: [{ product, quantity }] })
}

function read(store: Store, order: number): Promise<OrderReading> {
  return store.readOrder({ store: StoreId.parse('bookshop'), order: OrderId.parse(String(order)) }, never)
}

function refundsOf(reading: OrderReading) {
  if (reading.kind === 'deleted') return 'deleted'
  const { fullyRefunded, lines } = reading.snapshot
  return { fullyRefunded, units: lines.map(({ refunded }) => refunded) }
}
