import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { itemId, OrderId, wanted, type Item, type OrderRef, type Seat, type Store } from '@seatkeeper/core'
import { acceptNews, readOrder, tellShop } from '@seatkeeper/fulfilment'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { startShopSimulator, type ProductInput } from '@seatkeeper/simulators'
import { createWooStore, newsOf, policyOf, StoreConfig } from '@seatkeeper/woocommerce'
import type { Redis } from 'ioredis'

const context = () => ({ signal: AbortSignal.timeout(30_000) })
const forAll = { ...context(), wake: () => Promise.resolve(), onWakeFailed: () => undefined }
const course = { name: 'Demonstration Course', sku: 'course-v1:DemoU+CS101+2026' }

export type ToldShop = Awaited<ReturnType<typeof startToldShop>>

/**
 * A simulated shop that is told of its orders by the real adapter and ledger; its webhooks arrive over real HTTP.
 *
 * @param options.looksForNotes whether notes are looked for that were sent before; only a control does without.
 */
export async function startToldShop(redis: Redis, prefix: string, { looksForNotes = true } = {}) {
  const shop = await startShopSimulator()
  const config = configOf(shop)
  const policy = policyOf(config)
  const { ledger, waitAMinute } = createClockedLedger(redis, prefix)
  let buyers = 0
  const written: string[] = []
  const refunded: string[] = []
  const beforeWriting: (() => void)[] = []
  const store = createWooStore(config)
  const counting: Store = {
    ...store,
    ...(looksForNotes ? {} : { readNotes: () => Promise.resolve([]) }),
    setStatus: (ref, status, signal) => {
      written.push(ref.order)
      beforeWriting.splice(0).forEach((act) => act())
      return store.setStatus(ref, status, signal)
    },
  }
  const accept = acceptNews({ ledger, policyOf: () => policy, ...forAll })
  const receiver = await startReceiver((body) => accept(newsOf({ body }, config)))
  await shop.addWebhook({ topic: 'order.updated', deliveryUrl: receiver.url, secret: 'whsec-example' })
  const parts = { ledger, store: counting, policy, ...forAll }
  const onRefundOvertaken = ({ order }: OrderRef) => void refunded.push(order)
  const writeBack = { notes: true, complete: true, failedStatus: null }
  const tell = tellShop({ ...parts, writeBack, onRefundOvertaken })
  const read = readOrder(parts)
  const refOf = (order: number) => ({ store: config.id, order: OrderId.parse(String(order)) })

  /** Delivers webhooks and does what they make due, except telling; gives the orders that webhooks came about. */
  const settle = async (order: number): Promise<readonly (number | null)[]> => {
    const deliveries = await shop.deliver()
    if (await isDue(ledger, { kind: 'order', ...refOf(order) })) {
      await read({ v: 1, ...refOf(order), generation: 1 }, context())
    }
    for (const seat of await seatsOf(ledger, refOf(order))) await enrol(ledger, seat)
    return deliveries.map((delivery) => delivery.order)
  }
  return {
    shop,
    written,
    refunded,
    beforeWriting,
    waitAMinute,
    settle,
    /** Somebody new pays for a course, and for what else is named; it is carried out. */
    sell: async (also: readonly ProductInput[] = []): Promise<number> => {
      const products = [course, ...also].map((product) => shop.addProduct(product))
      const order = shop.placeOrder({
        email: `buyer-${(buyers += 1)}@example.org`,
        lines: products.map((product) => ({ product })),
      })
      await settle(order)
      return order
    },
    tell: (order: number) => tell({ v: 1, ...refOf(order), generation: 1 }, context()),
    isLeftToTell: (order: number) => isLeft(ledger, { kind: 'tell', ...refOf(order) }),
    notesOf: async (order: number) => {
      const notes = await store.readNotes(refOf(order), context().signal)
      return notes.filter((note) => note.startsWith('Seatkeeper'))
    },
    conservation: () => ledger.conservation(),
    stop: async () => {
      await shop.stop()
      await receiver.stop()
    },
  }
}

function configOf({ url, keys }: Awaited<ReturnType<typeof startShopSimulator>>): StoreConfig {
  const config = StoreConfig.parse({
    id: 'shop',
    lms: 'campus',
    courseMode: 'verified',
    url,
    consumerKey: keys.key,
    consumerSecret: keys.secret,
    writeBack: { complete: true },
  })
  return { ...config, callsPerMinute: 1_000_000 }
}

/** `waitAMinute` puts its clock forward by more than a write of unknown fate may take. */
function createClockedLedger(redis: Redis, prefix: string) {
  let aheadMs = 0
  const real = createLedger(redis, prefix)
  const ledger: RedisLedger = { ...real, nowMs: async () => (await real.nowMs()) + aheadMs }
  const waitAMinute = () => {
    aheadMs += 61_000
  }
  return { ledger, waitAMinute }
}

async function startReceiver(take: (body: Buffer) => Promise<unknown>) {
  const receive: RequestListener = (request, response) => {
    const answer = buffer(request).then(take)
    answer.then(
      () => response.end(),
      () => response.writeHead(503).end(),
    )
  }
  const server = createServer(receive).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${address.port}/`, stop }
}

async function isDue(ledger: RedisLedger, item: Item): Promise<boolean> {
  return (await ledger.itemStatus(itemId(item)))?.status === 'due'
}

async function isLeft(ledger: RedisLedger, item: Item): Promise<boolean> {
  return (await isDue(ledger, item)) || (await ledger.itemStatus(itemId(item)))?.status === 'waiting'
}

async function seatsOf(ledger: RedisLedger, ref: OrderRef): Promise<readonly Seat[]> {
  const view = await ledger.orderView(ref)
  const seats = await Promise.all((view?.seats ?? []).map((seat) => ledger.readSeat(seat)))
  return seats.filter((seat) => seat !== undefined)
}

/** The LMS always does as it is asked here. */
async function enrol(ledger: RedisLedger, seat: Seat): Promise<void> {
  const item = { kind: 'seat', lms: seat.lms, seat: seat.id } as const
  const lease = (await isDue(ledger, item)) ? await ledger.lease(itemId(item), 5000) : undefined
  if (lease === undefined) return
  await ledger.recordApplied(seat.id, wanted(seat.claims, seat.baseline ?? undefined))
  await ledger.settle(itemId(item), seat.generation, { status: 'applied' }, lease)
}
