import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { OrderId } from '@seatkeeper/core'
import { hashPassword } from '@seatkeeper/dashboard'
import { IngressConfig } from '@seatkeeper/ingress'
import { letterOf } from '@seatkeeper/queue'
import { startSystem, type RunningSystem } from '@seatkeeper/sandbox'
import { createLogger } from '@seatkeeper/service'
import {
  startLmsSimulator,
  startRedis,
  startShopSimulator,
  type EmbeddedRedis,
  type LmsSimulator,
  type ShopSimulator,
} from '@seatkeeper/simulators'
import { createWooStore, StoreConfig } from '@seatkeeper/woocommerce'
import { workerConfig } from '@seatkeeper/worker'
import { until } from '../e2e/until.ts'

/** However busy the machine is. */
const patience = { withinMs: 120_000 }
jest.setTimeout(180_000)

const secret = 'whsec-correlation'
const client = { clientId: 'seatkeeper', clientSecret: 'lms-secret-correlation' }

let server: EmbeddedRedis
let shop: ShopSimulator
let campus: LmsSimulator
let system: RunningSystem
let logged = ''

beforeAll(async () => {
  server = await startRedis()
  campus = await startLmsSimulator()
  shop = await startShopSimulator()
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  campus.addUser({ username: 'ada', email: 'ada@example.org' })
  system = await startAll()
  const deliveryUrl = `${system.ingressUrl}/webhooks/shop`
  await shop.addWebhook({ topic: 'order.created', deliveryUrl, secret })
})
afterAll(async () => {
  await system.close()
  await Promise.all([shop.stop(), campus.stop(), server.stop()])
})

async function startAll(): Promise<RunningSystem> {
  const { key: consumerKey, secret: consumerSecret } = shop.keys
  const names = { id: 'shop', lms: 'campus', courseMode: 'verified', url: shop.url }
  const settings = {
    stores: [{ ...names, consumerKey, consumerSecret, webhookSecrets: [secret] }],
    lms: [{ id: 'campus', url: campus.url, ...client }],
  }
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      logged += chunk.toString()
      done()
    },
  })
  return startSystem({
    config: {
      ...workerConfig(['enroll', 'revoke', 'orders']).parse(settings),
      webhooks: IngressConfig.parse(settings),
    },
    redisUrl: server.url,
    demands: { appendfsync: 'always', nowMs: Date.now },
    host: '127.0.0.1',
    ports: { ingress: 0, dashboard: 0, health: 0 },
    login: { passwordHash: await hashPassword('a hedgehog in a lantern') },
    log: createLogger('info', { stream }),
  })
}

/** Of ours, among the shop's own. */
async function notesOf(order: number): Promise<readonly string[]> {
  const { key: consumerKey, secret: consumerSecret } = shop.keys
  const names = { id: 'shop', lms: 'campus', courseMode: 'verified', url: shop.url, webhookSecrets: [secret] }
  const config = StoreConfig.parse({ ...names, consumerKey, consumerSecret })
  const ref = { store: config.id, order: OrderId.parse(String(order)) }
  const notes = await createWooStore(config).readNotes(ref, AbortSignal.timeout(10_000))
  return notes.filter((text) => text.startsWith('Seatkeeper #'))
}

interface Line {
  readonly event: string
  readonly [field: string]: unknown
}

function lines(event: string): readonly Line[] {
  const all = logged.split('\n').filter(Boolean)
  return all.map((line) => JSON.parse(line) as Line).filter((line) => line.event === event)
}

describe('a change of an order', () => {
  it('is known by one id in the webhook’s line, its attempts, the dead letter and the note to the shop', async () => {
    const product = shop.addProduct({ name: 'Wrong', sku: 'course-v1:DemoU+WRONG+2026' })
    const order = shop.placeOrder({ email: 'ada@example.org', lines: [{ product }] })
    await shop.deliver()
    await until('the shop was told', async () => (await notesOf(order)).length > 0, patience)
    const answered = lines('webhook.answered').find(({ result }) => result !== 'ping')
    const change = String(answered?.['change'])
    expect(change).toMatch(/^[0-9a-f]{32}$/)
    const failed = lines('job.failed').filter(({ result }) => result === 'LMS_COURSE_UNKNOWN')
    expect(failed).toMatchObject([
      {
        lane: 'enroll.campus',
        item: expect.stringMatching(/^seat-/),
        generation: 1,
        change,
        verdict: 'permanent',
        next: { kind: 'dead' },
        calls: expect.any(Number),
        sinceWokenMs: expect.any(Number),
        waitedMs: expect.any(Number),
        durationMs: expect.any(Number),
      },
    ])
    const tellings = () => lines('job.outcome').filter(({ lane }) => lane === 'tell.shop')
    await until('the telling is logged', () => tellings().length > 0, patience)
    expect(tellings()[0]).toMatchObject({ change, calls: null })
    expect((await system.ledger.dead()).map(letterOf)).toMatchObject([{ change }])
    expect((await notesOf(order)).at(-1)).toContain(`(seatkeeper shop/${order} #1, change ${change})`)
  })
})
