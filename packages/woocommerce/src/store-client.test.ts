import type { RequestMade, Store } from '@seatkeeper/core'
import { describe, expect, it } from '@jest/globals'
import { recordedAnswer } from './recordings.fixture.ts'
import { never, orderRef, scriptedShop, stopShopsAfterEach, storeAt } from './scripted-shop.fixture.ts'

stopShopsAfterEach()

describe('probe', () => {
  it('asks for one order’s number and nothing of any customer', async () => {
    const shop = await scriptedShop(() => '[]')
    await storeAt(shop).probe(never)
    const asked = new URL(shop.asked[0]?.url ?? '', shop.url)
    expect(asked.pathname).toBe('/wp-json/wc/v3/orders')
    expect(asked.searchParams.get('_fields')).toBe('id')
    expect(asked.searchParams.get('per_page')).toBe('1')
  })

  it('fails as a read would', async () => {
    const shop = await scriptedShop(() => ({ status: 429, body: '{}' }))
    await expect(storeAt(shop).probe(never)).rejects.toMatchObject({ code: 'STORE_THROTTLED', retryAfterMs: 60_000 })
  })
})

describe('onRequest', () => {
  it('is told of each request by its route and what came of it, and of nothing that it was about', async () => {
    const made: RequestMade[] = []
    const shop = await scriptedShop((path) => (path.endsWith('notes') ? '[]' : { status: 429, body: '{}' }))
    const store = storeAt(shop, {}, { onRequest: (request) => made.push(request) })
    await store.readNotes(orderRef(110), never)
    await store.setStatus(orderRef(110), 'completed', never).catch(() => undefined)
    const route = '/wp-json/wc/v3/orders/{id}'
    const durationMs: unknown = expect.any(Number)
    expect(made).toEqual([
      { endpoint: 'readNotes', method: 'GET', route: `${route}/notes`, status: 200, code: null, durationMs },
      { endpoint: 'setStatus', method: 'PUT', route, status: 429, code: 'STORE_THROTTLED', durationMs },
    ])
  })

  it('has no status where no answer came', async () => {
    const made: RequestMade[] = []
    const onRequest = (request: RequestMade) => void made.push(request)
    const read = storeAt({ url: 'http://127.0.0.1:1' }, {}, { onRequest }).readNotes(orderRef(110), never)
    await expect(read).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    expect(made).toMatchObject([{ endpoint: 'readNotes', status: null, code: 'STORE_UNREACHABLE' }])
  })
})

describe('the recorded answers to', () => {
  it('refunds of the whole shop name their orders', async () => {
    const page = await (
      await recorded('41-rest-refunds-and-boundaries/rest/01-all-refunds-endpoint')
    ).readRefunds(1, never)
    expect(page).toEqual({
      refunds: [
        { ...orderRef(135), refund: '136' },
        { ...orderRef(131), refund: '134' },
        { ...orderRef(131), refund: '133' },
      ],
      isFull: false,
    })
  })

  it('notes are their texts', async () => {
    const notes = await (await recorded('36-rest-api/rest/22-get-notes')).readNotes(orderRef(110), never)
    expect(notes).toHaveLength(8)
    expect(notes.slice(0, 2)).toEqual(['Enrolled ada@example.com in course-v1:OpenedX+DemoX+DemoCourse', 'Welcome'])
  })

  it('a new note are enough', async () => {
    const store = await recorded('36-rest-api/rest/19-post-note')
    await expect(store.addNote(orderRef(110), 'Enrolled', never)).resolves.toBeUndefined()
  })

  it('a status set say how the order stands', async () => {
    const answer = await (
      await recorded('36-rest-api/rest/11-put-completed')
    ).setStatus(orderRef(110), 'completed', never)
    const modifiedAtMs = Date.UTC(2026, 10, 21, 18, 23, 37)
    expect(answer).toEqual({ status: 'completed', hasRefunds: false, modifiedAtMs })
  })

  it('webhooks are all of them', async () => {
    const webhooks = await (await recorded('01-webhook-ping/rest/11-list')).readWebhooks(never)
    expect(webhooks).toHaveLength(10)
    expect(webhooks[8]).toEqual({
      id: '14',
      topic: 'order.updated',
      deliveryUrl: 'http://127.0.0.1:8899/hooks/woocommerce',
      status: 'active',
    })
  })

  it('a new webhook have its number', async () => {
    const webhook = { topic: 'order.updated', deliveryUrl: 'http://127.0.0.1:8899/hooks/woocommerce', secret: 'whsec' }
    const store = await recorded('01-webhook-ping/rest/02-create-order-updated')
    expect(await store.createWebhook(webhook, never)).toMatchObject({ id: '14', status: 'active' })
  })
})

describe('what is gone', () => {
  it.each([
    ['a status', '36-rest-api/rest/15-put-404', (store: Store) => store.setStatus(orderRef(110), 'completed', never)],
    ['a note', '36-rest-api/rest/23-post-note-404', (store: Store) => store.addNote(orderRef(110), 'x', never)],
    ['the notes', '36-rest-api/rest/23-post-note-404', (store: Store) => store.readNotes(orderRef(110), never)],
  ])('is a failure to whoever asks for %s', async (_, answer, ask) => {
    await expect(ask(await recorded(answer))).rejects.toMatchObject({ code: 'STORE_ERROR' })
  })

  it('is no failure among refunds: one whose order is gone belongs to none', async () => {
    const shop = await scriptedShop(() => '[{"id":9,"parent_id":0},{"id":8,"parent_id":7}]')
    expect((await storeAt(shop).readRefunds(1, never)).refunds).toEqual([{ ...orderRef(7), refund: '8' }])
  })
})

describe('an answer about something else', () => {
  it('is not taken for a change of this order', async () => {
    const store = await recorded('36-rest-api/rest/11-put-completed')
    await expect(store.setStatus(orderRef(111), 'completed', never)).rejects.toMatchObject({
      code: 'STORE_ANSWER_UNREADABLE',
    })
  })
})

describe('the limit of calls', () => {
  it('holds every call back, probes too, and lets go of those who give up', async () => {
    const shop = await scriptedShop(() => '[]')
    const store = storeAt(shop, { callsPerMinute: 1 })
    await store.probe(never)
    await expect(store.probe(AbortSignal.timeout(50))).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    expect(shop.asked).toHaveLength(1)
  })
})

/** A store that gives this recorded answer to everything. */
async function recorded(name: string): Promise<Store> {
  const { status, body } = recordedAnswer(name)
  return storeAt(await scriptedShop(() => ({ status, body })))
}
