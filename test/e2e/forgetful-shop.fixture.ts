import { PassThrough } from 'node:stream'
import {
  laneOf,
  OrderId,
  StoreId,
  type Chore,
  type JobData,
  type doChore,
  type Outcome,
  type WakeUp,
} from '@seatkeeper/core'
import {
  acceptNews,
  connectShop,
  readOrder,
  reconcile,
  watchWebhooks,
  type Reconciled,
  type WebhookFinding,
} from '@seatkeeper/fulfilment'
import { IngressConfig, startIngress } from '@seatkeeper/ingress'
import { createLedger } from '@seatkeeper/ledger'
import { createLogger, createMetrics } from '@seatkeeper/service'
import { startRedis, startShopSimulator } from '@seatkeeper/simulators'
import { createWooStore, policyOf, StoreConfig, webhookTopics } from '@seatkeeper/woocommerce'
import { Redis } from 'ioredis'

const store = StoreId.parse('shop')
const secrets = webhookTopics.map((topic) => `whsec-${topic}`)
const course = 'course-v1:DemoU+CS101+2026'

/** A shop connected to a real ingress, and what a worker would do for it, by hand. There is no LMS: claims are looked at. */
export async function startForgetfulShop() {
  const [shop, server] = await Promise.all([startShopSimulator(), startRedis()])
  const redis = new Redis(server.url)
  const ledger = createLedger(redis)
  const common = { id: store, lms: 'campus', courseMode: 'verified' }
  const config = StoreConfig.parse({
    ...common,
    url: shop.url,
    consumerKey: shop.keys.key,
    consumerSecret: shop.keys.secret,
    callsPerMinute: 6000,
    brake: { percent: 100 },
  })
  const policy = policyOf(config)
  const woo = createWooStore(config)
  const due: WakeUp[] = []
  const wake = (wakeUps: readonly WakeUp[]) => Promise.resolve(void due.push(...wakeUps))
  const accept = acceptNews({ ledger, policyOf: () => policy, wake, onWakeFailed: fail })
  const openIngress = (port: number) =>
    startIngress({
      config: IngressConfig.parse({ stores: [{ ...common, webhookSecrets: secrets }] }),
      accept,
      host: '127.0.0.1',
      port,
      log: createLogger('error', { stream: new PassThrough() }),
      metrics: createMetrics(),
    })
  let ingress = await openIngress(0)
  const port = Number(new URL(ingress.url).port)
  const deliveryUrl = `${ingress.url}/webhooks/${store}`
  await connectShop({ store: woo, deliveryUrl, topics: webhookTopics, secrets }, signal())

  const rounds: Reconciled[] = []
  const findings: WebhookFinding[] = []
  const parts = { ledger, store: woo, wake, onFailure: fail }
  const chores: Readonly<Record<string, (data: JobData<typeof doChore>, context: Context) => Promise<Outcome>>> = {
    reconcile: reconcile({
      ...parts,
      accept,
      sinceMs: null,
      everyMs: 300_000,
      onRound: (one) => void rounds.push(one),
    }),
    watch: watchWebhooks({
      ...parts,
      deliveryUrl,
      topics: webhookTopics,
      rearms: ['disabled'],
      everyMs: 240_000,
      onFinding: (one) => void findings.push(one),
    }),
  }
  for (const chore of ['reconcile', 'watch'] as const) {
    await ledger.ensureChore({ kind: 'chore', chore, of: store }, laneOf.chores(store))
  }
  const product = shop.addProduct({ name: 'A course', sku: course, price: 49 })
  const mug = shop.addProduct({ name: 'A mug', sku: 'MUG', price: 9 })
  const read = readOrder({ ledger, store: woo, policy, wake })
  const ref = (order: number) => ({ store, order: OrderId.parse(String(order)) })
  let learners = 0

  return {
    shop,
    ledger,
    rounds,
    findings,
    /** Somebody new buys the course and a mug; gives the order's number. */
    buy: () => {
      learners += 1
      return shop.placeOrder({ email: `learner${learners}@example.org`, lines: [{ product }, { product: mug }] })
    },
    /** The course's money goes back, not the mug's, so the order keeps its status. */
    refundCourse: (order: number) => {
      const [line = { id: 0 }] = shop.order(order).line_items
      return shop.refund(order, { lines: [{ line: line.id, quantity: 1 }] })
    },
    closeIngress: () => ingress.close(),
    reopenIngress: async () => {
      ingress = await openIngress(port)
    },
    doChore: async (chore: Chore) => {
      await chores[chore]?.({ v: 1, chore, of: store, generation: 1 }, { signal: signal() })
    },
    /** What the `orders` role does until no order is due. */
    readAll: async () => {
      for (let next = due.shift(); next !== undefined; next = due.shift()) {
        const { item, generation } = next
        if (item.kind === 'order') await read({ v: 1, ...ref(Number(item.order)), generation }, { signal: signal() })
      }
    },
    /** How many seats an order pays for. */
    granted: async (order: number) =>
      [...(await ledger.claimsOf(ref(order))).values()].filter((access) => access === 'granted').length,
    /** Whether anything was ever taken from an order. */
    everWithdrawn: async (order: number) => {
      const seats = (await ledger.orderView(ref(order)))?.seats ?? []
      const timelines = await Promise.all(seats.map((seat) => ledger.timeline(`seat-${seat}`)))
      return timelines.flat().some(({ what }) => what === 'withdrawn')
    },
    /** As if so much time had passed since some orders were compared with the shop. */
    passSinceCompared: async (orders: readonly number[], ms: number) => {
      for (const order of orders) await redis.zincrby(`{seatkeeper}:unread:${store}`, -ms, String(order))
    },
    close: async () => {
      await ingress.close()
      redis.disconnect()
      await Promise.all([shop.stop(), server.stop()])
    },
  }
}

function signal(): AbortSignal {
  return AbortSignal.timeout(60_000)
}

function fail(error: unknown): never {
  throw error
}

interface Context {
  readonly signal: AbortSignal
}
