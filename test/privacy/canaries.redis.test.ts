import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { EmailAddress, itemId } from '@seatkeeper/core'
import { erase } from '@seatkeeper/fulfilment'
import { IngressConfig } from '@seatkeeper/ingress'
import type { RunningSystem } from '@seatkeeper/sandbox'
import { openTracing, Settings, type Tracing } from '@seatkeeper/service'
import {
  startCollector,
  startLmsSimulator,
  startRedis,
  startShopSimulator,
  type CollectorSimulator,
  type EmbeddedRedis,
  type LmsSimulator,
  type ShopSimulator,
} from '@seatkeeper/simulators'
import { webhookTopics } from '@seatkeeper/woocommerce'
import { workerConfig } from '@seatkeeper/worker'
import { Redis } from 'ioredis'
import { keepLog, startInOneProcess } from '../e2e/one-process.ts'
import { until } from '../e2e/until.ts'

/** Stands in every secret and every personal field; nothing else has it. */
const canary = 'canary7'
const learner = `${canary}-erika@example.org`
const secret = `${canary}-webhook-secret`
const client = { clientId: `${canary}-client`, clientSecret: `${canary}-client-secret` }
const course = 'course-v1:DemoU+CS101+2026'
const keys = [`${canary}${'k'.repeat(32)}`]
const days = { jobs: 1, timelines: 365, replays: 365, orders: 365, operatorLog: 365 }

const { log, logged } = keepLog('debug')
let folder: string
let server: EmbeddedRedis
let redis: Redis
let shop: ShopSimulator
let campus: LmsSimulator
let collector: CollectorSimulator
let tracing: Tracing
let system: RunningSystem

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seatkeeper-canary-'))
  server = await startRedis({ directory: folder, arguments: ['--rdbcompression', 'no'] })
  redis = new Redis(server.url)
  await restrictRights()
  campus = await startLmsSimulator()
  shop = await startShopSimulator()
  collector = await startCollector()
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  campus.addUser({ username: `${canary}-erika`, email: learner })
  campus.addCourse({ key: course, name: 'CS', modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  system = await startAll()
  for (const topic of webhookTopics)
    await shop.addWebhook({ topic, deliveryUrl: `${system.ingressUrl}/webhooks/demo`, secret })
})
afterAll(async () => {
  await system.close()
  await Promise.all([shop.stop(), campus.stop(), collector.stop()])
  redis.disconnect()
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** What docs/operations.md says of our user's rights; only the test itself may do more. */
const rights = ['~{seatkeeper}:*', '&{seatkeeper}:*', '+@all', '-@dangerous', '+info', '+bgrewriteaof', '+bgsave']

async function restrictRights(): Promise<void> {
  await redis.call('ACL', 'SETUSER', 'tester', 'on', '>tester', '~*', '&*', '+@all')
  await redis.auth('tester', 'tester')
  await redis.call('ACL', 'SETUSER', 'default', 'reset', 'on', 'nopass', ...rights)
}

async function startAll(): Promise<RunningSystem> {
  const { key: consumerKey, secret: consumerSecret } = shop.keys
  const names = { id: 'demo', lms: 'campus', courseMode: 'verified', url: shop.url }
  const settings = {
    stores: [{ ...names, consumerKey, consumerSecret, webhookSecrets: [secret] }],
    lms: [{ id: 'campus', url: campus.url, ...client }],
  }
  const config = {
    ...workerConfig(['enroll', 'revoke', 'orders']).parse(settings),
    webhooks: IngressConfig.parse(settings),
  }
  const asked = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, REDIS_URL: server.url }
  tracing = await openTracing(Settings.parse(asked), 'all', log)
  const ledger = { erasure: { keys }, retention: days }
  const parts = { config: { ...config, ledger }, redisUrl: server.url, log, tracing }
  return startInOneProcess(parts, `${canary}-hedgehog-lantern-9`)
}

/** Orders, a refund, a death and a replay of the same learner. */
async function play(): Promise<void> {
  const good = shop.addProduct({ name: 'CS', sku: course })
  const wrong = shop.addProduct({ name: 'Wrong', sku: 'course-v1:DemoU+WRONG+2026' })
  const paid = shop.placeOrder({ email: learner, lines: [{ product: good }] })
  const inVain = shop.placeOrder({ email: learner, lines: [{ product: wrong }] })
  await shop.deliver()
  await until('a seat is dead', async () => (await system.ledger.dead()).length === 1)
  const items = (await system.ledger.dead()).map(({ item }) => itemId(item))
  await system.replay({ filter: { items }, by: 'ops' })
  await until('it died again', async () => (await system.ledger.dead()).length === 1)
  shop.refund(paid, { amount: shop.order(paid).total })
  await shop.deliver()
  await until('all is at rest', async () => (await system.ledger.conservation()).due === 0)
  expect(inVain).toBeGreaterThan(paid)
}

async function keysWith(word: string, pattern: string): Promise<readonly string[]> {
  const names = await redis.keys(pattern)
  const dumps = await Promise.all(names.map((name) => redis.dumpBuffer(name)))
  return names.filter((name, index) => `${name}${dumps[index]?.toString('latin1')}`.includes(word))
}

/** What our user was refused. @see https://redis.io/docs/latest/commands/acl-log/ */
async function deniedCommands(): Promise<ReadonlySet<unknown>> {
  const entries = (await redis.call('ACL', 'LOG')) as readonly (readonly unknown[])[]
  return new Set(entries.map((entry) => entry[entry.indexOf('object') + 1]))
}

function filesWith(word: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  return files.filter((file) => statSync(file).isFile() && readFileSync(file, 'latin1').includes(word))
}

describe('canaries in every secret and personal field', () => {
  it('are in the ledger alone, and after an erasure nowhere in Redis or its files, with few rights there', async () => {
    await play()
    expect(await keysWith(canary, '*')).not.toEqual([])
    expect(await keysWith(canary, '{seatkeeper}:bull:*')).toEqual([])
    expect(await (await fetch(`${system.healthUrl}/metrics`)).text()).not.toContain(canary)
    const ready = await fetch(`${system.healthUrl}/ready`)
    expect(ready.status).toBe(200)
    expect(await ready.text()).not.toContain(canary)
    const forget = erase({ ledger: system.ledger, wake: async () => undefined })
    const request = { email: EmailAddress.parse(learner), by: 'ops', endsSeats: false, dryRun: false }
    expect(await forget({ ...request, signal: AbortSignal.timeout(30_000) })).toMatchObject({ files: 'rewritten' })
    expect(await keysWith(canary, '*')).toEqual([])
    expect(filesWith(canary)).toEqual([])
    expect(logged()).toContain('job.')
    expect(logged()).not.toContain(canary)
    await tracing.close()
    expect(collector.received()).toContain('POST /api/enrollment/v1/enrollment')
    expect(collector.received()).toContain('LMS_COURSE_UNKNOWN')
    expect(collector.received()).not.toContain(canary)
    expect(collector.received()).not.toMatch(/course-v1|eyJ/)
    expect(await deniedCommands()).toEqual(new Set(['config|get']))
  }, 120_000)
})
