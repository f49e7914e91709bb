import {
  JobFailure,
  OrderId,
  productKey,
  type FailureCode,
  type News,
  type OrderSnapshot,
  type ProductFacts,
  type ShopWebhook,
  type Store,
} from '@seatkeeper/core'
import { anOrder, emailOf } from '@seatkeeper/core/fixture'

type Call = 'readModified' | 'readRefunds' | 'readOrder'

/** A shop of many orders behind the port, in memory, with small pages. It sends nothing. */
export interface ListingShop extends Pick<
  Store,
  Call | 'readWebhooks' | 'createWebhook' | 'setWebhookStatus' | 'readProduct'
> {
  readonly webhooks: ShopWebhook[]
  readonly secrets: Map<string, string>
  /** Orders read one by one, in turn. */
  readonly read: OrderId[]
  /** Pages asked for, in turn. */
  readonly pages: { readonly sinceMs: number; readonly inTrash: boolean }[]
  /** What products say of themselves, by `productKey`. */
  readonly products: Map<string, ProductFacts>
  /** Products read, in turn. */
  readonly productsRead: string[]
  put(order: OrderSnapshot): void
  get(order: number): OrderSnapshot
  /** For good, without a word. */
  remove(order: number): void
  /** Runs once, right before the page after the next one is answered. */
  beforeSecondPage(action: () => void): void
  failNext(call: Call, code: FailureCode): void
}

/** An order of one seat with a learner of its own, modified in that second after the tests began. */
export function numbered(order: number, second = 0, change: Partial<OrderSnapshot> = {}): OrderSnapshot {
  return anOrder({
    order: OrderId.parse(String(order)),
    learner: emailOf(`learner${order}@example.org`),
    modifiedAtMs: anOrder().modifiedAtMs + second * 1000,
    ...change,
  })
}

export function createListingShop(perPage = 5): ListingShop {
  const orders = new Map<string, OrderSnapshot>()
  const failures = new Map<Call, FailureCode>()
  const webhooks: ShopWebhook[] = []
  const secrets = new Map<string, string>()
  const read: OrderId[] = []
  const pages: ListingShop['pages'] = []
  let interruption: (() => void) | undefined
  const enter = (call: Call) => {
    const code = failures.get(call)
    failures.delete(call)
    if (code !== undefined) throw new JobFailure(code, 'asked for by the test')
  }
  const listed = ({ sinceMs, inTrash }: { sinceMs: number; inTrash: boolean }) =>
    [...orders.values()]
      .filter(({ status, modifiedAtMs }) => (status === 'trash') === inTrash && modifiedAtMs >= sinceMs)
      .toSorted((one, other) => one.modifiedAtMs - other.modifiedAtMs)
  return {
    webhooks,
    secrets,
    read,
    pages,
    put: (order) => void orders.set(order.order, order),
    get: (order) => orders.get(String(order)) ?? anOrder(),
    remove: (order) => void orders.delete(String(order)),
    beforeSecondPage: (action) => {
      interruption = action
    },
    failNext: (call, code) => void failures.set(call, code),
    readModified: async (query) => {
      enter('readModified')
      if (pages.push(query) > 1) interruption?.()
      if (pages.length > 1) interruption = undefined
      const all = listed(query)
      const last = all[Math.min(perPage, all.length) - 1]?.modifiedAtMs ?? null
      // A second that fills the page is read to its end, as the port promises.
      const page =
        last === query.sinceMs ? all.filter(({ modifiedAtMs }) => modifiedAtMs === last) : all.slice(0, perPage)
      return Promise.resolve({ news: page.map(newsOf), lastModifiedMs: last, isFull: page.length >= perPage })
    },
    readRefunds: async (page) => {
      enter('readRefunds')
      const all = [...orders.values()].flatMap(({ store, order, refunds }) =>
        refunds.map((refund) => ({ store, order, refund })),
      )
      const shown = all.slice((page - 1) * perPage, page * perPage)
      return Promise.resolve({ refunds: shown, isFull: shown.length === perPage })
    },
    readOrder: async ({ order }) => {
      read.push(order)
      enter('readOrder')
      const snapshot = orders.get(order)
      return Promise.resolve(snapshot === undefined ? { kind: 'deleted' } : { kind: 'order', snapshot })
    },
    ...createProductDesk(),
    ...createWebhookDesk(webhooks, secrets),
  }
}

function createProductDesk(): Pick<ListingShop, 'readProduct' | 'products' | 'productsRead'> {
  const products = new Map<string, ProductFacts>()
  const productsRead: string[] = []
  return {
    products,
    productsRead,
    readProduct: (line) => {
      productsRead.push(productKey(line))
      return Promise.resolve(products.get(productKey(line)))
    },
  }
}

function createWebhookDesk(
  webhooks: ShopWebhook[],
  secrets: Map<string, string>,
): Pick<Store, 'readWebhooks' | 'createWebhook' | 'setWebhookStatus'> {
  return {
    readWebhooks: () => Promise.resolve([...webhooks]),
    createWebhook: ({ secret, ...webhook }) => {
      const made: ShopWebhook = { ...webhook, id: String(webhooks.length + 1), status: 'active' }
      webhooks.push(made)
      secrets.set(made.topic, secret)
      return Promise.resolve(made)
    },
    setWebhookStatus: (id, status) => {
      const index = webhooks.findIndex((webhook) => webhook.id === id)
      const webhook = webhooks[index]
      if (webhook !== undefined) webhooks[index] = { ...webhook, status }
      return Promise.resolve()
    },
  }
}

/** A list says no more of refunds than a webhook does. */
function newsOf(snapshot: OrderSnapshot): News {
  const { store, order, modifiedAtMs, refunds } = snapshot
  if (refunds.length === 0) return { kind: 'snapshot', snapshot }
  return { kind: 'hint', reason: 'refund', store, order, modifiedAtMs }
}
