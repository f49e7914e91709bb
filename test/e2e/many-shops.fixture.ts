import { PassThrough } from 'node:stream'
import { OrderId, StoreId, type Chore, type OrderRef } from '@seatkeeper/core'
import { acceptNews, connectShop } from '@seatkeeper/fulfilment'
import { IngressConfig, policiesOf, startIngress, type RunningIngress } from '@seatkeeper/ingress'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps, startSweep, type SweepOptions, type WakeUps } from '@seatkeeper/queue'
import {
  closeRedis,
  connectRedis,
  createLogger,
  createMetrics,
  untilRedisReady,
  type Logger,
} from '@seatkeeper/service'
import {
  startLmsSimulator,
  startRedis,
  startShopSimulator,
  type LmsSimulator,
  type ShopSimulator,
} from '@seatkeeper/simulators'
import { createWooStore, StoreConfig, webhookTopics } from '@seatkeeper/woocommerce'
import { startWorkers, workerConfig } from '@seatkeeper/worker'
import { addressOf, courseKey } from './campus.ts'
import { until } from './until.ts'

const client = { clientId: 'seatkeeper', clientSecret: 'lms-secret' }
const hourMs = 3_600_000
const prefix = bullPrefix
const runs = ['CS101', 'ART', 'BREAD']

/** Orders from before are none of the academy's business with us. */
const since = new Date(Date.now() - hourMs).toISOString()

/** What the two shops sell: `books` mostly courses of `east`, `academy` mostly those of `west`. */
const selling = {
  books: {
    id: 'books',
    lms: 'east',
    courseMode: 'verified',
    catalogue: {
      rules: [
        { sku: 'BUNDLE', items: [{ course: 'computing' }, { course: courseKey('ART'), lms: 'west', mode: 'audit' }] },
      ],
      aliases: { computing: courseKey('CS101') },
    },
  },
  academy: {
    id: 'academy',
    lms: 'west',
    courseMode: 'audit',
    catalogue: {
      rules: [{ sku: 'CS-BY-POST', items: [{ course: courseKey('CS101'), lms: 'east', mode: 'verified' }] }],
    },
    learners: { lineFields: ['learners'] },
    since,
  },
} as const

export type ShopName = keyof typeof selling

/** Two shops and two LMSs in one deployment: a real ingress and real workers, in this process. */
export interface ManyShops {
  readonly shops: Readonly<Record<ShopName, ShopSimulator>>
  readonly campuses: Readonly<Record<'east' | 'west', LmsSimulator>>
  readonly ledger: RedisLedger
  /** Gives somebody an account at both LMSs. */
  register(learner: string): void
  /** Does a chore of a shop at once; resolves when its round is over. */
  doChore(chore: Chore, shop: ShopName): Promise<void>
  /** The texts of an order's notes at its shop. */
  notes(shop: ShopName, order: number): Promise<readonly string[]>
  /** Sets a shop's clock back by so much for as long as something is done there. */
  inThePast(shop: ShopName, byMs: number, what: () => void): void
  close(): Promise<void>
}

/** Starts all of it, with the webhooks of both shops connected. */
export async function startManyShops(): Promise<ManyShops> {
  const server = await startRedis()
  const log = createLogger('error', { stream: new PassThrough().resume() })
  const [redis, connection] = [connectRedis(server.url, 'ledger', log), connectRedis(server.url, 'worker', log)]
  await untilRedisReady(redis, 5000)
  const ledger = createLedger(redis)
  const clocks = { books: 0, academy: 0 }
  const shops = { books: await openShop(clocks, 'books'), academy: await openShop(clocks, 'academy') }
  const campuses = { east: await openCampus(), west: await openCampus() }
  const wakeUps = createWakeUps({ connection: redis, prefix, onError: fail })
  const ingress = await openIngress(ledger, wakeUps, log)
  const stores = { books: entryOf('books', shops, ingress), academy: entryOf('academy', shops, ingress) }
  for (const store of Object.values(stores)) await connect(store, ingress)
  const lms = Object.entries(campuses).map(([id, { url }]) => ({ id, url, ...client, callsPerMinute: 1_000_000 }))
  const roles = ['enroll', 'revoke', 'orders'] as const
  const config = workerConfig(roles).parse({ stores: Object.values(stores), lms })
  const place = { connection, prefix }
  const parts = { config, roles, ledger, place, concurrency: 4, log, metrics: createMetrics() }
  const workers = startWorkers({ ...parts, sweeper: sweepOften })
  return {
    shops,
    campuses,
    ledger,
    register: (learner) => {
      for (const campus of Object.values(campuses)) campus.addUser({ username: learner, email: addressOf(learner) })
    },
    doChore: (chore, shop) => doChore({ ledger, wakeUps }, chore, StoreId.parse(shop)),
    notes: (shop, order) => createWooStore(StoreConfig.parse(stores[shop])).readNotes(refOf(shop, order), soon()),
    inThePast: (shop, byMs, what) => {
      clocks[shop] = -byMs
      what()
      clocks[shop] = 0
    },
    close: async () => {
      for (const part of [ingress, workers, wakeUps]) await part.close()
      await Promise.all([closeRedis(redis), closeRedis(connection)])
      const outside = [...Object.values(shops), ...Object.values(campuses), server]
      await Promise.all(outside.map((one) => one.stop()))
    },
  }
}

/** The name of an order of a shop. */
export function refOf(shop: ShopName, order: number): OrderRef {
  return { store: StoreId.parse(shop), order: OrderId.parse(String(order)) }
}

function openShop(clocks: Readonly<Record<ShopName, number>>, shop: ShopName): Promise<ShopSimulator> {
  return startShopSimulator({ nowMs: () => Date.now() + clocks[shop] })
}

async function openCampus(): Promise<LmsSimulator> {
  const campus = await startLmsSimulator({ staffCallsPerMinute: Infinity, tokenCallsPerMinute: Infinity })
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  const modes = [{ slug: 'audit' }, { slug: 'verified', price: 49 }]
  for (const run of runs) campus.addCourse({ key: courseKey(run), name: run, modes })
  return campus
}

/** Shops are told at the next sweep, which comes twice a second here. */
const sweepOften = (options: SweepOptions) => startSweep({ ...options, everyMs: 500 })

const secretOf = (shop: string): string => `whsec-of-${shop}`

function openIngress(ledger: RedisLedger, wakeUps: WakeUps, log: Logger): Promise<RunningIngress> {
  const stores = Object.values(selling).map((store) => ({ ...store, webhookSecrets: [secretOf(store.id)] }))
  const config = IngressConfig.parse({ stores })
  const wake: WakeUps['wake'] = (due, urgency) => wakeUps.wake(due, urgency)
  const accept = acceptNews({ ledger, policyOf: policiesOf(config), wake, onWakeFailed: fail })
  return startIngress({ config, accept, host: '127.0.0.1', port: 0, log, metrics: createMetrics() })
}

/** A store as an operator writes it; nothing is asked of it by itself within an hour. */
function entryOf(shop: ShopName, shops: ManyShops['shops'], { url: publicUrl }: RunningIngress) {
  const { url, keys } = shops[shop]
  const access = { url, consumerKey: keys.key, consumerSecret: keys.secret, callsPerMinute: 6000 }
  return { ...selling[shop], ...access, publicUrl, reconcileMinutes: 60 }
}

async function connect(entry: ReturnType<typeof entryOf>, { url }: RunningIngress): Promise<void> {
  const store = createWooStore(StoreConfig.parse(entry))
  const deliveryUrl = `${url}/webhooks/${entry.id}`
  await connectShop({ store, deliveryUrl, topics: webhookTopics, secrets: [secretOf(entry.id)] }, soon())
}

async function doChore(
  { ledger, wakeUps }: { readonly ledger: RedisLedger; readonly wakeUps: WakeUps },
  chore: Chore,
  of: StoreId,
): Promise<void> {
  const isOver = async () => (await ledger.itemStatus(`${chore}-${of}`))?.status === 'waiting'
  await until(`${of} has its first round of ${chore}`, isOver)
  const { result, wakeUps: due } = await ledger.bumpChore({ kind: 'chore', chore, of })
  if (result === 'unknown') throw new RangeError(`${of} has no chore ${chore}`)
  await wakeUps.wake(due)
  await until(`${of} has another round of ${chore}`, isOver)
}

function soon(): AbortSignal {
  return AbortSignal.timeout(10_000)
}

function fail(error: unknown): never {
  throw error
}
