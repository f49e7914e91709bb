import { request as httpRequest } from 'node:http'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { OrderId, StoreId, type OrderReading, type OrderRef, type Store } from '@seatkeeper/core'
import { startShopSimulator, type ShopSimulator } from '@seatkeeper/simulators'
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals'
import { certificate } from './certificate.fixture.ts'
import { StoreConfig } from './config.ts'
import { startLoopback, type Loopback } from './loopback.fixture.ts'
import { createWooStore } from './store-client.ts'

/** A signal that nobody gives. */
export const never = new AbortController().signal

const made = certificate()

/** The ways to reach a shop: dialled at its home address, dialled elsewhere, and over TLS that ends before it. */
export const ways = [
  { way: 'OAuth at the home address', https: false, proxy: undefined },
  { way: 'OAuth at another address', https: false, proxy: {} },
  { way: 'Basic over TLS', https: true, proxy: { certificate: made } },
] as const

/** A shop and the store that reaches it, fresh for each test. */
export interface Scene {
  readonly shop: ShopSimulator
  readonly store: Store
  /** The same shop, with other settings. */
  readonly storeWith: (settings: object) => Store
}

/** Sets a scene up before each test, and takes it down after. */
export function sceneForEach({ https, proxy }: (typeof ways)[number]): () => Scene {
  const trustedBefore = getCACertificates('default')
  let scene: Scene | undefined
  let front: Loopback | undefined
  beforeAll(() => setDefaultCACertificates([...trustedBefore, made.cert]))
  afterAll(() => setDefaultCACertificates(trustedBefore))
  beforeEach(async () => {
    const shop = await startShopSimulator({ https })
    front = proxy && (await startFront(shop, proxy))
    const storeWith = (settings: object) => storeAt(shop, front?.url, settings)
    scene = { shop, store: storeWith({}), storeWith }
  })
  afterEach(async () => {
    await front?.stop()
    await scene?.shop.stop()
  })
  return () => {
    if (scene === undefined) throw new RangeError('a scene outside a test')
    return scene
  }
}

/** Settings of a store for a simulated shop. */
export function configOf(shop: ShopSimulator, url = shop.url, change: object = {}): StoreConfig {
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

/** A store for a simulated shop. */
export function storeAt(...parameters: Parameters<typeof configOf>): Store {
  return createWooStore(configOf(...parameters))
}

/** Ada buys some units of the demonstration course. */
export function anOrder(shop: ShopSimulator, quantity = 1): number {
  const product = shop.addProduct({
    name: 'Demonstration Course',
    sku: 'course-v1:OpenedX+DemoX+DemoCourse',
    price: 49,
  })
  return shop.placeOrder({ email: 'Ada@example.org', lines: [{ product, quantity }] })
}

/** Reads an order of the bookshop. */
export function read(store: Store, order: number): Promise<OrderReading> {
  return store.readOrder(refOf(order), never)
}

/** An order of the bookshop. */
export function refOf(order: number): OrderRef {
  return { store: StoreId.parse('bookshop'), order: OrderId.parse(String(order)) }
}

/** When the shop says that an order was modified; milliseconds since 1970. */
export function modifiedAt(shop: ShopSimulator, order: number): number {
  return Date.parse(`${shop.order(order).date_modified_gmt}Z`)
}

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
