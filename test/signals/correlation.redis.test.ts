import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { OrderId, StoreId, type Store } from '@seatkeeper/core'
import { letterOf } from '@seatkeeper/queue'
import type { RunningSystem } from '@seatkeeper/sandbox'
import { createWooStore } from '@seatkeeper/woocommerce'
import { configOf, keepLog, startInOneProcess } from '../e2e/one-process.ts'
import { startSite, webhookSecret, type Site } from '../e2e/site.ts'
import { until } from '../e2e/until.ts'

/** However busy the machine is. */
const patience = { withinMs: 120_000 }
jest.setTimeout(180_000)

const { log, logged } = keepLog('info')
let site: Site
let store: Store
let system: RunningSystem

beforeAll(async () => {
  site = await startSite()
  site.campus.addUser({ username: 'ada', email: 'ada@example.org' })
  const config = configOf(site)
  store = createWooStore(config.stores[0]!)
  system = await startInOneProcess({ config, redisUrl: site.redis.url, log })
  const deliveryUrl = `${system.ingressUrl}/webhooks/shop`
  await site.shop.addWebhook({ topic: 'order.created', deliveryUrl, secret: webhookSecret })
})
afterAll(async () => {
  await system.close()
  await site.close()
})

/** Of ours, among the shop's own. */
async function notesOf(order: number): Promise<readonly string[]> {
  const ref = { store: StoreId.parse('shop'), order: OrderId.parse(String(order)) }
  const notes = await store.readNotes(ref, AbortSignal.timeout(10_000))
  return notes.filter((text) => text.startsWith('Seatkeeper #'))
}

interface Line {
  readonly event: string
  readonly [field: string]: unknown
}

function lines(event: string): readonly Line[] {
  const all = logged().split('\n').filter(Boolean)
  return all.map((line) => JSON.parse(line) as Line).filter((line) => line.event === event)
}

describe('a change of an order', () => {
  it('is known by one id in the webhook’s line, its attempts, the dead letter and the note to the shop', async () => {
    const product = site.shop.addProduct({ name: 'Wrong', sku: 'course-v1:DemoU+WRONG+2026' })
    const order = site.shop.placeOrder({ email: 'ada@example.org', lines: [{ product }] })
    await site.shop.deliver()
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
