import { describe, expect, it } from '@jest/globals'
import { anOrder, modifiedAt, never, read, refOf, sceneForEach, ways } from './simulated-shop.fixture.ts'

describe.each(ways)('a WooCommerce store over $way', (way) => {
  const scene = sceneForEach(way)

  it('has products and variations, and says what ships', async () => {
    const { shop, store } = scene()
    const parent = shop.addProduct({
      name: 'Course',
      virtual: false,
      meta: { _course_id: 'course-v1:A+B+C', _mode: 'audit' },
    })
    const meta = { _mode: 'verified' }
    const product = shop.addProduct({ name: 'Course', variationOf: parent, attributes: { track: 'Verified' }, meta })
    const line = { product: String(parent), variation: String(product) }
    const facts = { course: 'course-v1:A+B+C', mode: 'verified', needsShipping: false, sku: null }
    expect(await store.readProduct(line, never)).toEqual(facts)
    shop.setSku(product, 'ABC')
    expect(await store.readProduct(line, never)).toEqual({ ...facts, sku: 'ABC' })
    shop.deleteProduct(product)
    expect(await store.readProduct(line, never)).toEqual({ ...facts, mode: 'audit', needsShipping: true })
    shop.deleteProduct(parent)
    expect(await store.readProduct(line, never)).toBeUndefined()
  })

  it('lists modified orders from their very second on, and the trash apart', async () => {
    const { shop, store } = scene()
    const [paid, refunded, trashed] = [anOrder(shop), anOrder(shop), anOrder(shop)]
    shop.refund(refunded, { amount: '1.00' })
    shop.trash(trashed)
    const sinceMs = modifiedAt(shop, paid)
    const page = await store.readModified({ sinceMs, inTrash: false }, never)
    expect(page).toMatchObject({ isFull: false, lastModifiedMs: modifiedAt(shop, refunded) })
    const reading = await read(store, paid)
    expect(page.news).toContainEqual({ ...reading, kind: 'snapshot' })
    expect(page.news).toContainEqual(
      expect.objectContaining({ kind: 'hint', reason: 'refund', order: String(refunded) }),
    )
    expect(page.news).toHaveLength(2)
    const trash = await store.readModified({ sinceMs, inTrash: true }, never)
    expect(trash.news).toMatchObject([{ snapshot: { order: String(trashed), access: 'withdrawn' } }])
    const later = modifiedAt(shop, trashed) + 1000
    expect(await store.readModified({ sinceMs: later, inTrash: false }, never)).toMatchObject({ news: [] })
  })

  it('lists the refunds of all orders, and no longer those deleted', async () => {
    const { shop, store } = scene()
    const order = anOrder(shop)
    const [first, second] = [shop.refund(order, { amount: '1.00' }), shop.refund(order, { amount: '2.00' })]
    const refundsOfShop = async () => (await store.readRefunds(1, never)).refunds.map(({ refund }) => refund).toSorted()
    expect(await refundsOfShop()).toEqual([String(first), String(second)].toSorted())
    shop.deleteRefund(order, first)
    expect(await refundsOfShop()).toEqual([String(second)])
    expect(await store.readRefunds(2, never)).toEqual({ refunds: [], isFull: false })
  })

  it('takes notes for its staff, and tells nobody', async () => {
    const { shop, store } = scene()
    const order = anOrder(shop)
    const text = 'Seatkeeper 1: enrolled “Ada” & <others>\nsecond line'
    await store.addNote(refOf(order), text, never)
    expect(await store.readNotes(refOf(order), never)).toContain(text)
    await expect(store.readNotes(refOf(999_999), never)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    await expect(store.addNote(refOf(999_999), text, never)).rejects.toMatchObject({ code: 'STORE_ERROR' })
  })

  it('sets a status, and says what came in between', async () => {
    const { shop, store } = scene()
    const order = anOrder(shop)
    expect(await store.setStatus(refOf(order), 'completed', never)).toEqual({
      status: 'completed',
      hasRefunds: false,
      modifiedAtMs: modifiedAt(shop, order),
    })
    shop.refund(order, { amount: '1.00' })
    expect(await store.setStatus(refOf(order), 'processing', never)).toMatchObject({ hasRefunds: true })
    await expect(store.setStatus(refOf(order), 'no-status', never)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    await expect(store.setStatus(refOf(999_999), 'completed', never)).rejects.toMatchObject({ code: 'STORE_ERROR' })
  })

  it('makes webhooks, shows them all and lets them be activated again', async () => {
    const { shop, store } = scene()
    const deliveryUrl = `${shop.url}/webhooks/bookshop`
    const webhook = await store.createWebhook({ topic: 'order.updated', deliveryUrl, secret: 'whsec-one' }, never)
    expect(webhook).toMatchObject({ topic: 'order.updated', deliveryUrl, status: 'active' })
    await store.setWebhookStatus(webhook.id, 'paused', never)
    expect(await store.readWebhooks(never)).toEqual([{ ...webhook, status: 'paused' }])
    expect(shop.webhooks()).toMatchObject([{ secret: 'whsec-one' }])
    await store.setWebhookStatus(webhook.id, 'active', never)
    expect(await store.readWebhooks(never)).toEqual([webhook])
    await expect(store.setWebhookStatus('999', 'active', never)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    await expect(
      store.createWebhook({ topic: 'order.refunded', deliveryUrl, secret: 'whsec-two' }, never),
    ).rejects.toMatchObject({ code: 'STORE_ERROR' })
  })

  it('shows more webhooks than fit on a page', async () => {
    const { shop, store } = scene()
    const webhook = { topic: 'order.updated', deliveryUrl: `${shop.url}/webhooks/bookshop`, status: 'paused' } as const
    for (let count = 0; count < 105; count += 1) await shop.addWebhook(webhook)
    expect(new Set((await store.readWebhooks(never)).map(({ id }) => id)).size).toBe(105)
  })

  it('leaves open whether a change was made whose answer is lost', async () => {
    const { shop, store } = scene()
    const order = anOrder(shop)
    shop.faults.rest({ kind: 'lose-answer' }, { times: 1, method: 'POST' })
    await expect(store.addNote(refOf(order), 'Seatkeeper 1', never)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(await store.readNotes(refOf(order), never)).toContain('Seatkeeper 1')
    shop.faults.rest({ kind: 'reset' }, { times: 1, method: 'PUT' })
    await expect(store.setStatus(refOf(order), 'completed', never)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(shop.order(order).status).toBe('processing')
  })

  it('lets a key that may only read change nothing', async () => {
    const { shop, storeWith } = scene()
    const { key, secret } = shop.addKey('read')
    const reader = storeWith({ consumerKey: key, consumerSecret: secret })
    const order = anOrder(shop)
    await expect(reader.addNote(refOf(order), 'x', never)).rejects.toMatchObject({ code: 'STORE_KEY_REFUSED' })
    await expect(reader.setStatus(refOf(order), 'completed', never)).rejects.toMatchObject({
      code: 'STORE_KEY_REFUSED',
    })
  })

  it('names learners in the lists of a plugin', async () => {
    const { shop, storeWith } = scene()
    const product = shop.addProduct({ name: 'Course', sku: 'course-v1:A+B+C' })
    const meta = {
      _alg_wc_pif_global: [anInput('Size', 'L'), anInput('Learner e-mail', 'Eve@example.org, bob@example.org')],
    }
    const order = shop.placeOrder({ email: 'ada@example.org', lines: [{ product, quantity: 3, meta }] })
    const lineFields = ['_alg_wc_pif_global[title=Learner e-mail]._value']
    const reading = await read(storeWith({ learners: { lineFields } }), order)
    expect(reading).toMatchObject({ snapshot: { lines: [{ learners: ['eve@example.org', 'bob@example.org'] }] } })
  })
})

/** One field as the plugin Product Input Fields keeps it with a line. */
function anInput(title: string, _value: string): object {
  return { enabled: true, type: 'text', title, _field_nr: 1, _value }
}
