import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  startLmsSimulator,
  startRedis,
  startShopSimulator,
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
  type LmsOptions,
  type LmsSimulator,
  type ShopSimulator,
} from '@seatkeeper/simulators'

/** What a customer has before our processes start: a shop, an LMS, a Redis, and `seatkeeper.yaml` in a folder. */
export interface Site {
  readonly shop: ShopSimulator
  readonly campus: LmsSimulator
  readonly redis: EmbeddedRedis
  readonly folder: string
  readonly configFile: string
  /** The variables that `seatkeeper.yaml` asks for, by who needs them. */
  readonly secrets: {
    readonly webhooks: Readonly<Record<string, string>>
    readonly shop: Readonly<Record<string, string>>
    readonly lms: Readonly<Record<string, string>>
  }
  close(): Promise<void>
}

/** The key of the webhooks' signatures. */
export const webhookSecret = 'whsec-e2e'

const client = { clientId: 'seatkeeper', clientSecret: 'lms-secret-e2e' }

/** Starts shop, LMS and Redis, and writes the configuration that connects us to them: store `shop`, LMS `campus`. */
export async function startSite(options: LmsOptions = {}, redisOptions: EmbeddedRedisOptions = {}): Promise<Site> {
  const calls = { staffCallsPerMinute: Infinity, tokenCallsPerMinute: Infinity }
  const campus = await startLmsSimulator({ ...calls, ...options })
  campus.addUser({ username: 'seatkeeper-worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'seatkeeper-worker' })
  const [shop, redis] = await Promise.all([startShopSimulator(), startRedis(redisOptions)])
  const folder = await mkdtemp(join(tmpdir(), 'seatkeeper-e2e-'))
  const configFile = join(folder, 'seatkeeper.yaml')
  await writeFile(configFile, configText(shop, campus))
  await writeFile(join(folder, 'lms-secret'), `${client.clientSecret}\n`)
  return {
    shop,
    campus,
    redis,
    folder,
    configFile,
    secrets: {
      webhooks: { SHOP_WEBHOOK_SECRET: webhookSecret },
      shop: { SHOP_CONSUMER_KEY: shop.keys.key, SHOP_CONSUMER_SECRET: shop.keys.secret },
      lms: { LMS_CLIENT_ID: client.clientId },
    },
    close: async () => {
      await Promise.all([shop.stop(), campus.stop(), redis.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configText(shop: ShopSimulator, campus: LmsSimulator): string {
  return [
    'stores:',
    '  - id: shop',
    '    lms: campus',
    '    courseMode: verified',
    `    url: ${shop.url}`,
    "    webhookSecrets: ['${SHOP_WEBHOOK_SECRET}']",
    '    consumerKey: ${SHOP_CONSUMER_KEY}',
    '    consumerSecret: ${SHOP_CONSUMER_SECRET}',
    '    callsPerMinute: 6000',
    '    brake: { percent: 100 }',
    'lms:',
    '  - id: campus',
    `    url: ${campus.url}`,
    '    clientId: ${LMS_CLIENT_ID}',
    '    clientSecret: file:lms-secret',
    '    callsPerMinute: 1000000',
    '',
  ].join('\n')
}
