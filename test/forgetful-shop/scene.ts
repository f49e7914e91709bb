import { laneOf, LmsId, StoreId, type Chore, type WakeUp } from '@seatkeeper/core'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { connectShop } from '@seatkeeper/fulfilment'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { createOpenedx, LmsConfig, memoryTokenCache } from '@seatkeeper/openedx'
import {
  startLmsSimulator,
  startRedis,
  startShopSimulator,
  type LmsSimulator,
  type ShopSimulator,
} from '@seatkeeper/simulators'
import { createWooStore, StoreConfig, webhookTopics } from '@seatkeeper/woocommerce'
import { Redis } from 'ioredis'
import { createVirtualClock } from '../chaos/virtual-clock.ts'
import { openGateway, webhookSecrets, type Gateway } from './gateway.ts'
import { createHands, type Hands } from './hands.ts'

export interface SceneOptions {
  /** A chore that nobody does, to see what it is good for. */
  readonly without?: Chore | undefined
}

/** A shop connected to a real ingress, an LMS, and what workers do between them, by hand. Time is ours. */
export interface ForgetfulShop extends Pick<Hands, 'rounds' | 'findings' | 'troubles' | 'work'> {
  readonly shop: ShopSimulator
  readonly campus: LmsSimulator
  readonly ledger: RedisLedger
  readonly gateway: Gateway
  nowMs(): number
  /** Lets time pass; nothing else happens meanwhile. */
  pass(ms: number): Promise<void>
  /** Somebody new, with an account, buys the course and a mug; gives the order's number. */
  buy(): number
  /** The course's money goes back, not the mug's, so the order keeps its status; gives the refund's number. */
  refundCourse(order: number): number
  /** Whether the LMS has the buyer of an order in the course. */
  isEnrolled(order: number): boolean
  /** How often the LMS let the buyer of an order in, or put them out. */
  times(kind: 'activated' | 'deactivated', order: number): number
  close(): Promise<void>
}

const store = StoreId.parse('shop')
const lmsId = LmsId.parse('campus')
const course = 'course-v1:DemoU+CS101+2026'
const client = { clientId: 'seatkeeper', clientSecret: 'secret-example' }
const startMs = Date.UTC(2026, 0, 5, 9)

/** Everything on free ports, with a Redis of its own. */
export async function startForgetfulShop({ without }: SceneOptions = {}): Promise<ForgetfulShop> {
  const server = await startRedis({ arguments: ['--appendfsync', 'no'] })
  const redis = new Redis(server.url)
  const prefix = '{forgetful}:'
  const clock = createVirtualClock(redis, prefix, startMs)
  const nowMs = () => clock.nowMs()
  const [shop, campus] = await Promise.all([startShopSimulator({ nowMs }), openCampus(nowMs)])
  const ledger = createLedger(clock.redis, prefix)
  const config = configOf(shop)
  const woo = createWooStore(config, { nowMs })
  const due: WakeUp[] = []
  const wake = (wakeUps: readonly WakeUp[]) => Promise.resolve(void due.push(...wakeUps))
  const gateway = await openGateway({ ledger, config, wake })
  const { deliveryUrl } = gateway
  await connectShop({ store: woo, deliveryUrl, topics: webhookTopics, secrets: webhookSecrets }, aMinute())
  for (const chore of (['reconcile', 'watch'] as const).filter((one) => one !== without))
    await ledger.ensureChore({ kind: 'chore', chore, of: store }, laneOf.chores(store))
  const hands = createHands({ ledger, config, store: woo, lms: lmsOf(campus, nowMs), deliveryUrl, due })
  return {
    ...hands,
    ...people(shop, campus),
    shop,
    campus,
    ledger,
    gateway,
    nowMs,
    pass: (ms) => clock.advanceTo(nowMs() + ms),
    close: async () => {
      await gateway.close()
      redis.disconnect()
      await Promise.all([shop.stop(), campus.stop(), server.stop()])
    },
  }
}

async function openCampus(nowMs: () => number): Promise<LmsSimulator> {
  const campus = await startLmsSimulator({ nowMs, staffCallsPerMinute: Infinity, tokenCallsPerMinute: Infinity })
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  campus.addCourse({ key: course, name: 'A course', modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  return campus
}

function lmsOf({ url }: LmsSimulator, nowMs: () => number) {
  return createOpenedx(LmsConfig.parse({ id: lmsId, url, ...client }), {
    tokens: () => memoryTokenCache(nowMs),
    budget: unlimitedCalls,
    nowMs,
  })
}

/** Calls of the shop are spread over real time, which is not what passes here. */
function configOf({ url, keys }: ShopSimulator): StoreConfig {
  const config = StoreConfig.parse({
    id: store,
    lms: lmsId,
    courseMode: 'verified',
    url,
    consumerKey: keys.key,
    consumerSecret: keys.secret,
    brake: { percent: 100 },
    writeBack: { notes: false },
  })
  return { ...config, callsPerMinute: 1_000_000 }
}

function people(
  shop: ShopSimulator,
  campus: LmsSimulator,
): Pick<ForgetfulShop, 'buy' | 'refundCourse' | 'isEnrolled' | 'times'> {
  const sold = shop.addProduct({ name: 'A course', sku: course, price: 49 })
  const mug = shop.addProduct({ name: 'A mug', sku: 'MUG', price: 9 })
  const buyers = new Map<number, string>()
  const buyerOf = (order: number) => buyers.get(order) ?? ''
  return {
    buy: () => {
      const username = `learner${buyers.size}`
      const email = `${username}@example.org`
      campus.addUser({ username, email })
      const order = shop.placeOrder({ email, lines: [{ product: sold }, { product: mug }] })
      buyers.set(order, username)
      return order
    },
    refundCourse: (order) => {
      const [line = { id: 0 }] = shop.order(order).line_items
      return shop.refund(order, { lines: [{ line: line.id, quantity: 1 }] })
    },
    isEnrolled: (order) => campus.row(buyerOf(order), course)?.isActive ?? false,
    times: (kind, order) =>
      campus.events.filter((event) => event.kind === kind && event.username === buyerOf(order)).length,
  }
}

function aMinute(): AbortSignal {
  return AbortSignal.timeout(60_000)
}
