import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  startLmsSimulator,
  startRedis,
  startShopSimulator,
  type EmbeddedRedis,
  type LmsSimulator,
  type ShopSimulator,
} from '@seatkeeper/simulators'
import { callSeatkeeper, type Called } from './desk.fixture.ts'

/** A shop, an LMS and a Redis on real ports, and an operator who has a `seatkeeper.yaml` for them. */
export interface Site {
  readonly shop: ShopSimulator
  readonly campus: LmsSimulator
  readonly redis: EmbeddedRedis
  /** What the configuration says of store `shop` and LMS `campus`, before `change` has its say. */
  readonly store: Readonly<Record<string, unknown>>
  readonly lms: Readonly<Record<string, unknown>>
  /** Calls `seatkeeper` under a configuration that differs in this. */
  seatkeeper(args: readonly string[], change?: SiteChange): Promise<Called>
  close(): Promise<void>
}

export interface SiteChange {
  readonly store?: object
  readonly lms?: object
  /** Other parts of the configuration. */
  readonly rest?: object
  readonly env?: Readonly<Record<string, string>>
}

export const webhookSecret = 'whsec-site'
export const courseKey = (run: string) => `course-v1:DemoU+${run}+2026`

export async function startSite(): Promise<Site> {
  const campus = await startLmsSimulator({ userCallsPerMinute: Infinity })
  const client = { clientId: 'seatkeeper', clientSecret: 'client-secret-of-site' }
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  const [shop, redis] = await Promise.all([startShopSimulator(), startRedis()])
  const folder = await mkdtemp(join(tmpdir(), 'seatkeeper-site-'))
  const names = { id: 'shop', lms: 'campus', courseMode: 'verified', url: shop.url, webhookSecrets: [webhookSecret] }
  const store = { ...names, consumerKey: shop.keys.key, consumerSecret: shop.keys.secret }
  const lms = { id: 'campus', url: campus.url, ...client, callsPerMinute: 6000 }
  return {
    shop,
    campus,
    redis,
    store,
    lms,
    seatkeeper: async (args, change = {}) => {
      const file = join(folder, 'seatkeeper.yaml')
      const config = { stores: [{ ...store, ...change.store }], lms: [{ ...lms, ...change.lms }], ...change.rest }
      await writeFile(file, JSON.stringify(config))
      return callSeatkeeper({ SEATKEEPER_CONFIG: file, REDIS_URL: redis.url, ...change.env }, args)
    },
    close: async () => {
      await Promise.all([shop.stop(), campus.stop(), redis.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
