import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LmsId, OrderId, StoreId } from '@seatkeeper/core'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { readOrder, settleSeat } from '@seatkeeper/fulfilment'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { createOpenedx, LmsConfig } from '@seatkeeper/openedx'
import { closeRedis, connectRedis, createLogger, untilRedisReady } from '@seatkeeper/service'
import {
  startLmsSimulator,
  startRedis,
  startShopSimulator,
  type LmsSimulator,
  type ShopSimulator,
} from '@seatkeeper/simulators'
import { createWooStore, policyOf, StoreEntry } from '@seatkeeper/woocommerce'
import { seatkeeper } from './desk.fixture.ts'

const course = 'course-v1:DemoU+CS101+2026'
const client = { clientId: 'seatkeeper', clientSecret: 'lms-secret-example' }
const patience = { firstLookMs: 1000, maxLookMs: 10_000, patienceMs: 60_000 }
const wake = () => Promise.resolve()
const context = () => ({ signal: AbortSignal.timeout(10_000) })
const refOf = (order: number) => ({ store: StoreId.parse('shop'), order: OrderId.parse(String(order)) })

/** What another integration left behind at the LMS for an order: a row, an ended row, none, or not even an account. */
export type LeftBehind = 'active' | 'ended' | 'no row' | 'no account'

export type PluginShop = Awaited<ReturnType<typeof startPluginShop>>

/** A shop and an LMS on real ports that another integration served until now; every order is older than the cut-over. */
export async function startPluginShop() {
  const [shop, campus, server] = await Promise.all([startShopSimulator(), startCampus(), startRedis()])
  const redis = connectRedis(server.url, 'ledger', createLogger('silent'))
  await untilRedisReady(redis, 5000)
  const ledger = createLedger(redis)
  const site = siteOf(shop, campus)
  const folder = mkdtempSync(join(tmpdir(), 'seatkeeper-adopt-'))
  const file = join(folder, 'seatkeeper.yaml')
  writeFileSync(file, JSON.stringify(site))
  return {
    ledger,
    faults: campus.faults,
    ...createPast(shop, campus),
    ...createWork(ledger, site),
    seatkeeper: (...args: readonly string[]) => seatkeeper({ REDIS_URL: server.url, SEATKEEPER_CONFIG: file }, args),
    /** Calls that changed a row at the LMS. */
    writes: () => campus.journal.filter(({ method, path }) => method === 'POST' && path.includes('/enrollment/')),
    /** All that Redis holds, but the LMS's token and the count of calls to it. */
    dump: async (): Promise<Record<string, unknown>> => {
      const keys = (await redis.keys('*')).filter((key) => !/:(token|calls):/.test(key)).toSorted()
      return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const)))
    },
    stop: async () => {
      await closeRedis(redis)
      await Promise.all([shop.stop(), campus.stop(), server.stop()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startCampus(): Promise<LmsSimulator> {
  const campus = await startLmsSimulator({ staffCallsPerMinute: Infinity, tokenCallsPerMinute: Infinity })
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  campus.addCourse({
    key: course,
    name: 'Computer Science',
    modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }],
  })
  return campus
}

function siteOf({ url, keys }: ShopSimulator, campus: LmsSimulator) {
  const store = {
    id: 'shop',
    lms: 'campus',
    courseMode: 'verified',
    since: '2999-01-01',
    url,
    consumerKey: keys.key,
    consumerSecret: keys.secret,
    webhookSecrets: ['whsec-example'],
    callsPerMinute: 6000,
  }
  return { stores: [store] as const, lms: [{ id: 'campus', url: campus.url, ...client }] as const }
}

/** What happened at shop and LMS before us, and what the shop does on. */
function createPast(shop: ShopSimulator, campus: LmsSimulator) {
  const product = shop.addProduct({ name: 'A course', sku: course, price: 49 })
  const learners = new Map<number, string>()
  return {
    /** Somebody new paid, and the other integration left this at the LMS. Gives the order's number. */
    sell: (left: LeftBehind): number => {
      const username = `learner${learners.size + 1}`
      const email = `${username}@example.org`
      const order = shop.placeOrder({ email, lines: [{ product }] })
      learners.set(order, username)
      if (left !== 'no account') campus.addUser({ username, email })
      if (left === 'active' || left === 'ended')
        campus.adminSet(username, course, { isActive: left === 'active', mode: 'verified' })
      return order
    },
    refund: (order: number) => {
      const [line = { id: 0 }] = shop.order(order).line_items
      shop.refund(order, { lines: [{ line: line.id, quantity: 1 }] })
    },
    held: (order: number) => campus.row(learners.get(order) ?? '', course),
  }
}

function createWork(ledger: RedisLedger, { stores, lms: campuses }: ReturnType<typeof siteOf>) {
  const store = StoreEntry.parse(stores[0])
  const campus = LmsConfig.parse(campuses[0])
  const lms = createOpenedx(campus, {
    tokens: (clientId) => ledger.tokens(campus.id, clientId),
    budget: unlimitedCalls,
  })
  const read = readOrder({ ledger, store: createWooStore(store), policy: policyOf(store), wake })
  const settle = settleSeat({ ledger, lms, patience, policy: campus, wake })
  const settleSeats = async (order: number) => {
    for (const seat of (await ledger.orderView(refOf(order)))?.seats ?? [])
      await settle({ v: 1, lms: LmsId.parse('campus'), seat, generation: 1 }, context())
  }
  return {
    /** What the workers do about the seats of an order. */
    settle: settleSeats,
    /** What they do once a webhook says that the order changed. */
    hear: async (order: number) => {
      await ledger.noteHint(refOf(order), 'action')
      await read({ v: 1, ...refOf(order), generation: 1 }, context())
      await settleSeats(order)
    },
  }
}
