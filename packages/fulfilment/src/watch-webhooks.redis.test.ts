import { beforeEach, describe, expect, it } from '@jest/globals'
import { itemId, JobFailure, laneOf, type ShopWebhook, type Store, type WakeUp } from '@seatkeeper/core'
import { anOrder } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { createListingShop, type ListingShop } from './listing-shop.fixture.ts'
import { codesFound, watchCursor, watchWebhooks, type WebhookFinding } from './watch-webhooks.ts'

const { store } = anOrder()
const deliveryUrl = 'https://seats.example.org/webhooks/shop'
const topics = ['order.created', 'order.updated']

const at = useLedger()
let shop: ListingShop
let findings: WebhookFinding[] = []
let woken: WakeUp[] = []
let failures: string[] = []

beforeEach(async () => {
  shop = createListingShop()
  for (const [index, topic] of topics.entries()) have({ id: String(index + 1), topic })
  findings = []
  woken = []
  failures = []
  for (const chore of ['watch', 'reconcile'] as const) {
    await at.ledger.ensureChore({ kind: 'chore', chore, of: store }, laneOf.chores(store))
  }
})

function have(webhook: Partial<ShopWebhook>) {
  shop.webhooks.push({ id: '9', topic: 'order.updated', deliveryUrl, status: 'active', ...webhook })
}

function look(rearms: readonly ('disabled' | 'paused')[] = [], over: Partial<Pick<Store, 'setWebhookStatus'>> = {}) {
  const run = watchWebhooks({
    ledger: at.ledger,
    store: { ...shop, ...over },
    deliveryUrl,
    topics,
    rearms,
    everyMs: 60_000,
    wake: (wakeUps) => Promise.resolve(void woken.push(...wakeUps)),
    onFinding: (finding) => void findings.push(finding),
    onFailure: ({ code }) => void failures.push(code),
  })
  return run({ v: 1, chore: 'watch', of: store, generation: 1 }, { signal: AbortSignal.timeout(5000) })
}

const disable = () => shop.setWebhookStatus('2', 'disabled', AbortSignal.timeout(1000))
const disabled = { code: 'WEBHOOK_DISABLED', store, webhook: '2', topic: 'order.updated' }

describe('watchWebhooks', () => {
  it('finds nothing wrong with active webhooks, and looks again later', async () => {
    have({ id: '3', deliveryUrl: 'https://other.example.org/hook', status: 'disabled' })
    expect(await look(['disabled'])).toMatchObject({ status: 'waiting', reason: 'scheduled' })
    expect(findings).toEqual([])
    expect(woken).toEqual([])
  })

  it('makes a disabled webhook active again, and has reconciled at once what was lost', async () => {
    await disable()
    await look(['disabled'])
    expect(shop.webhooks[1]).toMatchObject({ status: 'active' })
    expect(findings).toEqual([{ ...disabled, isRearmed: true }])
    expect(woken).toMatchObject([{ item: { chore: 'reconcile' }, generation: 2 }])
    await look(['disabled'])
    expect(findings).toHaveLength(1)
  })

  it('tells it anew when the very next failure disabled it again', async () => {
    for (const _ of [1, 2, 3]) {
      await disable()
      await look(['disabled'])
    }
    expect(findings).toHaveLength(3)
    expect(woken).toHaveLength(3)
  })

  it('only tells, and only once, where it may not make it active', async () => {
    await disable()
    await look()
    await look()
    expect(shop.webhooks[1]).toMatchObject({ status: 'disabled' })
    expect(findings).toEqual([{ ...disabled, isRearmed: false }])
    await shop.setWebhookStatus('2', 'active', AbortSignal.timeout(1000))
    await look()
    await disable()
    await look()
    expect(findings).toHaveLength(2)
  })

  it('tells a pause from a disabling', async () => {
    await shop.setWebhookStatus('2', 'paused', AbortSignal.timeout(1000))
    await look(['disabled'])
    expect(shop.webhooks[1]).toMatchObject({ status: 'paused' })
    expect(findings).toEqual([{ ...disabled, code: 'WEBHOOK_PAUSED', isRearmed: false }])
    expect(codesFound(await at.ledger.readCursor(watchCursor(store)))).toEqual(['WEBHOOK_PAUSED'])
    await look(['disabled', 'paused'])
    expect(shop.webhooks[1]).toMatchObject({ status: 'active' })
    expect(codesFound(await at.ledger.readCursor(watchCursor(store)))).toEqual([])
  })

  it('takes a topic that another webhook sends for well', async () => {
    await disable()
    have({ id: '3', deliveryUrl: 'HTTPS://Seats.example.org:443/webhooks/shop/' })
    await look()
    expect(findings).toEqual([])
  })

  it('names topics that nothing sends', async () => {
    shop.webhooks.length = 1
    await look(['disabled'])
    expect(findings).toEqual([
      { code: 'WEBHOOK_MISSING', store, webhook: null, topic: 'order.updated', isRearmed: false },
    ])
  })

  it('goes on looking where its key may not change webhooks', async () => {
    await disable()
    const refusal = new JobFailure('STORE_KEY_REFUSED', 'a key with read rights')
    await look(['disabled'], { setWebhookStatus: () => Promise.reject(refusal) })
    expect(failures).toEqual(['STORE_KEY_REFUSED'])
    expect(findings).toEqual([{ ...disabled, isRearmed: false }])
    expect(await at.ledger.readItem(itemId({ kind: 'chore', chore: 'watch', of: store }))).toMatchObject({
      status: 'waiting',
    })
  })
})
