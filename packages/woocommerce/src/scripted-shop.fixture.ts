import { OrderId, StoreId, type OrderRef, type Store } from '@seatkeeper/core'
import { afterEach } from '@jest/globals'
import type { AskTools } from './ask.ts'
import { StoreConfig } from './config.ts'
import { startLoopback, type Loopback } from './loopback.fixture.ts'
import { createWooStore } from './store-client.ts'

export const key = `ck_${'1'.padStart(40, '0')}`
export const secret = `cs_${'1'.padStart(40, '0')}`

/** A signal that nobody gives. */
export const never = new AbortController().signal

export type ScriptedAnswer = string | { readonly status: number; readonly body: string }

const shops: Loopback[] = []

/** A shop that answers each address as a test says, as JSON, until the test is over. Its REST base is left out of the path. */
export async function scriptedShop(
  answer: (path: string, query: URLSearchParams) => ScriptedAnswer,
): Promise<Loopback> {
  const shop = await startLoopback((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://shop.example.org')
    const given = answer(pathname.replace('/wp-json/wc/v3', ''), searchParams)
    const { status, body } = typeof given === 'string' ? { status: 200, body: given } : given
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(body)
  })
  shops.push(shop)
  return shop
}

/** Stops all scripted shops after each test of the file that calls it. */
export function stopShopsAfterEach(): void {
  afterEach(async () => {
    await Promise.all(shops.splice(0).map((shop) => shop.stop()))
  })
}

/** The store behind such a shop, with some settings of its own. */
export function storeAt({ url }: Pick<Loopback, 'url'>, settings: object = {}, tools: AskTools = {}): Store {
  const entry = { id: 'bookshop', lms: 'campus', courseMode: 'verified', url, consumerKey: key, consumerSecret: secret }
  return createWooStore(StoreConfig.parse({ ...entry, ...settings }), tools)
}

/** An order of that store. */
export function orderRef(order: number): OrderRef {
  return { store: StoreId.parse('bookshop'), order: OrderId.parse(String(order)) }
}
