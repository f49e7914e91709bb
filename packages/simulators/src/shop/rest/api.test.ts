import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { comparable, openRecordedShop, products, type RecordedShop } from '../recorded-shop.fixture.ts'
import { answerOf } from '../recordings.fixture.ts'

const email = 'ada@example.com'

const sale = {
  set_paid: true,
  payment_method: 'testcard',
  billing: { email },
  line_items: [{ product_id: products.demo, quantity: 1 }],
}

describe('createRestApi', () => {
  let open: RecordedShop
  beforeEach(async () => {
    open = await openRecordedShop({ https: true })
  })
  afterEach(() => open.stop())

  async function call(method: string, path: string, body?: unknown) {
    const { url, keys } = open.shop
    const authorization = `Basic ${Buffer.from(`${keys.key}:${keys.secret}`).toString('base64')}`
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const answer = await fetch(`${url}/wp-json/wc/v3${path}`, { method, headers: { authorization }, ...sent })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  const shown = async (method: string, path: string, body?: unknown) => {
    const { status, text } = await call(method, path, body)
    return { status, body: comparable(text) }
  }
  const place = (lines = [{ product: products.demo }]) => open.shop.placeOrder({ email, lines })

  it.each([
    { scenario: '36', name: '09-per-page-101', call: 'GET /orders?per_page=101' },
    { scenario: '36', name: '10-bad-status-filter', call: 'GET /orders?status=nonsense' },
    { scenario: '36', name: '15-put-404', call: 'PUT /orders/999999', body: { status: 'completed' } },
    { scenario: '36', name: '16-get-404', call: 'GET /orders/999999' },
    { scenario: '36', name: '17-get-nonnumeric', call: 'GET /orders/abc' },
    { scenario: '36', name: '18-get-product-id', call: 'GET /orders/10' },
    { scenario: '36', name: '23-post-note-404', call: 'POST /orders/999999/notes', body: { note: 'x' } },
    { scenario: '36', name: '27-bad-json', call: 'POST /orders', body: '{"broken' },
    { scenario: '41', name: '04-deleted-refund', call: 'GET /orders/135/refunds/136' },
    { scenario: '41', name: '05-delete-refund-without-force', call: 'DELETE /orders/135/refunds/136' },
    { scenario: '41', name: '06-refunds-of-missing-order', call: 'GET /orders/999999/refunds' },
    { scenario: '01', name: '14-create-bad-topic', call: 'POST /webhooks', body: { topic: 'order.refunded' } },
    { scenario: '21', name: '03-create-email', call: 'POST /orders', body: { billing: { email: 'zoë@example.org' } } },
    {
      scenario: '21',
      name: '04-create-email',
      call: 'POST /orders',
      body: { billing: { email: 'user@exämple.example' } },
    },
    {
      scenario: '21',
      name: '06-create-email',
      call: 'POST /orders',
      body: { billing: { email: ' spaced@example.org ' } },
    },
  ])('answers $call as recorded in $scenario/$name', async ({ scenario, name, call: asked, body }) => {
    const [method = '', path = ''] = asked.split(' ')
    const { status, text } = await call(method, path, body)
    expect({ status, body: JSON.parse(text) as unknown }).toEqual(answerOf(scenario, name))
  })

  it.each([
    ['13-put-invalid-status', 'PUT', '', { status: 'enrolled' }],
    ['14-put-prefixed-status', 'PUT', '', { status: 'wc-completed' }],
    ['21-post-note-empty', 'POST', '/notes', {}],
  ])('answers as recorded in 36/%s for an order that is there', async (name, method, below, body) => {
    const { status, text } = await call(method, `/orders/${place()}${below}`, body)
    expect({ status, body: JSON.parse(text) as unknown }).toEqual(answerOf('36', name))
  })

  it('shows an order as recorded, completed by PUT, and again', async () => {
    open.setTime('2026-11-21T18:23:34')
    const { text } = await call('POST', '/orders', sale)
    const { id } = JSON.parse(text) as { id: number }
    open.setTime('2026-11-21T18:23:37')
    const theirs = comparable(JSON.stringify(answerOf('36', '11-put-completed').body))
    expect(await shown('PUT', `/orders/${id}`, { status: 'completed' })).toEqual({ status: 200, body: theirs })
    expect(await shown('PUT', `/orders/${id}`, { status: 'completed' })).toEqual({ status: 200, body: theirs })
  })

  it('makes an order with lines and fields as recorded, created before updated', async () => {
    open.setTime('2026-11-21T18:11:13')
    const learner = { key: 'learner_email', value: 'learner.one@example.org' }
    const lines = [{ product_id: products.demo, quantity: 1, meta_data: [learner] }]
    const { text } = await call('POST', '/orders', { ...sale, line_items: lines, customer_note: 'gift' })
    const topics = open.shop.queued().map(({ topic }) => topic)
    expect(topics).toEqual([
      'order.created',
      'order.updated',
      'action.woocommerce_order_status_processing',
      'action.woocommerce_order_status_changed',
    ])
    const display = { display_key: learner.key, display_value: learner.value }
    const expected = {
      created_via: 'rest-api',
      customer_note: 'gift',
      line_items: [{ meta_data: [{ ...learner, ...display }] }],
    }
    expect(JSON.parse(text)).toMatchObject(expected)
  })

  it('sets fields of the order and of a line, each keeping its number', async () => {
    const order = place()
    const [line] = open.shop.order(order).line_items
    for (const value of ['no', 'yes']) {
      const fields = [{ key: 'openedx_enrolled', value }]
      await call('PUT', `/orders/${order}`, { meta_data: fields, line_items: [{ id: line?.id, meta_data: fields }] })
    }
    const { meta_data, line_items } = open.shop.order(order)
    expect(meta_data.filter(({ key }) => key === 'openedx_enrolled')).toMatchObject([{ value: 'yes' }])
    expect(line_items[0]?.meta_data).toMatchObject([{ key: 'openedx_enrolled', value: 'yes' }])
  })

  it('refuses a line without a product that is there', async () => {
    const missing = { line_items: [{ product_id: 999 }] }
    expect((await call('POST', '/orders', missing)).status).toBe(400)
    expect((await call('PUT', `/orders/${place()}`, missing)).status).toBe(400)
  })

  it('takes an order out of the trash when a PUT gives it a status', async () => {
    const order = place()
    open.shop.trash(order)
    await call('PUT', `/orders/${order}`, { status: 'completed' })
    expect((await call('DELETE', `/orders/${order}`)).status).toBe(200)
    open.shop.restore(order)
    expect(open.shop.order(order).status).toBe('completed')
  })

  it('refuses to change a line of another order', async () => {
    const { status, text } = await call('PUT', `/orders/${place()}`, { line_items: [{ id: 999, quantity: 2 }] })
    expect(status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({ code: 'woocommerce_rest_invalid_item_id' })
  })

  it('cuts answers to _fields as recorded: a single order keeps its links, a list does not', async () => {
    const order = place()
    const fields = 'id,status,date_modified_gmt,line_items.sku,refunds'
    const one = JSON.parse((await call('GET', `/orders/${order}?_fields=${fields}`)).text) as object
    const theirs = answerOf('36', '07-fields').body
    expect(Object.keys(one)).toEqual(Object.keys({ ...(theirs as object) }))
    const many = JSON.parse((await call('GET', `/orders?include=${order}&_fields=id,status`)).text) as unknown
    expect(many).toEqual([{ id: order, status: 'processing' }])
  })

  it('keeps the order of a batch, failures beside successes', async () => {
    const order = place()
    const update = [order, 999999].map((id) => ({ id, status: 'completed' }))
    const { status, text } = await call('POST', '/orders/batch', { update })
    const { body } = answerOf('36', '26-batch') as { body: { update: unknown[] } }
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ update: [{ id: order, status: 'completed' }, body.update[1]] })
  })

  it('excludes the second that modified_after names', async () => {
    open.setTime('2026-11-21T18:27:55')
    const order = place()
    const after = async (query: string) => (await call('GET', `/orders?_fields=id&include=${order}&${query}`)).text
    expect(await after('modified_after=2026-11-21T18:27:55&dates_are_gmt=true')).toBe('[]')
    expect(await after('modified_after=2026-11-21T18:27:54&dates_are_gmt=true')).toBe(`[{"id":${order}}]`)
    expect(await after('modified_after=2026-11-21T18:27:54Z')).toBe(`[{"id":${order}}]`)
    expect(await after('modified_after=2026-11-21T19:27:55')).toBe('[]')
    expect(await after('modified_after=2026-11-21T19:27:54')).toBe(`[{"id":${order}}]`)
  })

  it('lists by modification, in pages that know the next and say nothing beyond the end', async () => {
    const orders = [1, 2, 3].map(() => (open.passSeconds(1), place()))
    open.passSeconds(1)
    open.shop.resend(orders[0] ?? 0)
    const list = '/orders?orderby=modified&order=asc&per_page=2&_fields=id'
    const [first, second, beyond] = await Promise.all([1, 2, 3].map((page) => call('GET', `${list}&page=${page}`)))
    const ids = [first, second].flatMap((page) => JSON.parse(page?.text ?? '') as { id: number }[]).map(({ id }) => id)
    expect(ids).toEqual([orders[1], orders[2], orders[0]])
    const overlapping = JSON.parse((await call('GET', `${list}&offset=1&page=9`)).text) as { id: number }[]
    expect(overlapping.map(({ id }) => id)).toEqual(ids.slice(1, 3))
    expect(first?.headers.get('link')).toMatch(/page=2>; rel="next"$/)
    expect([first, beyond].map((answer) => answer?.headers.get('x-wp-total'))).toEqual(['3', '0'])
    expect([first, beyond].map((answer) => answer?.headers.get('x-wp-totalpages'))).toEqual(['2', '0'])
    expect(beyond?.text).toBe('[]')
  })

  it('leaves the trash out unless nothing else is asked for', async () => {
    const [kept, trashed] = [place(), place()]
    open.shop.trash(trashed)
    const listed = async (query: string) => (await call('GET', `/orders?_fields=id${query}`)).text
    expect(await listed('')).toBe(`[{"id":${kept}}]`)
    expect(await listed('&status=any,trash')).toBe(`[{"id":${kept}}]`)
    expect(await listed('&status=trash')).toBe(`[{"id":${trashed}}]`)
    expect(JSON.parse((await call('GET', `/orders/${trashed}`)).text)).toMatchObject({ status: 'trash' })
  })

  it('trashes by DELETE, answering what was, and deletes for good by force', async () => {
    const order = place()
    expect(JSON.parse((await call('DELETE', `/orders/${order}`)).text)).toMatchObject({ status: 'processing' })
    expect((await call('DELETE', `/orders/${order}`)).status).toBe(410)
    expect((await call('DELETE', `/orders/${order}?force=true`)).status).toBe(200)
    expect((await call('GET', `/orders/${order}`)).status).toBe(404)
  })

  it('refunds lines as recorded, and shows the refund alone, with its order and with all others', async () => {
    const order = place([{ product: products.demo }, { product: products.cs101 }])
    open.setTime('2026-11-21T18:09:34')
    const lines = open.shop.order(order).line_items.map(({ id, price }) => ({ id, quantity: 1, refund_total: price }))
    const refund = { amount: '178.50', reason: 'Customer request', line_items: lines }
    const theirs = comparable(JSON.stringify(withLines(answerOf('10', '01-refund').body)))
    const { status, text } = await call('POST', `/orders/${order}/refunds`, refund)
    expect({ status, body: comparable(JSON.stringify(withLines(JSON.parse(text)))) }).toEqual({
      status: 201,
      body: theirs,
    })
    const { id } = JSON.parse(text) as { id: number }
    expect((await call('GET', `/orders/${order}/refunds/${id}`)).text).toBe(text)
    expect((await call('GET', `/orders/${order}/refunds`)).text).toBe(`[${text}]`)
    expect(JSON.parse((await call('GET', '/refunds')).text)).toMatchObject([{ id, parent_id: order }])
    const lineIds = (JSON.parse(text) as { line_items: { meta_data: unknown[] }[] }).line_items.map(
      ({ meta_data }) => meta_data,
    )
    expect(lineIds).toMatchObject(lines.map((line) => [{ key: '_refunded_item_id', value: String(line.id) }]))
  })

  it('shows a refund of money alone with quantity 0', async () => {
    const order = place([{ product: products.demo }, { product: products.cs101 }])
    const [line] = open.shop.order(order).line_items
    open.setTime('2026-11-21T18:09:54')
    const refund = { amount: '10.00', line_items: [{ id: line?.id, quantity: 0, refund_total: 10 }] }
    const { text } = await call('POST', `/orders/${order}/refunds`, refund)
    const theirs = answerOf('12', '04-refund-qty0').body
    expect(comparable(JSON.stringify(withLines(JSON.parse(text))))).toEqual(
      comparable(JSON.stringify(withLines(theirs))),
    )
  })

  it('answers a refund that cannot be made with 500 and a bare number, as recorded', async () => {
    const order = place()
    const tooMuch = await call('POST', `/orders/${order}/refunds`, { api_refund: false, amount: '1000.00' })
    expect({ status: tooMuch.status, body: JSON.parse(tooMuch.text) as unknown }).toEqual(
      answerOf('41', '10-refund-too-much'),
    )
    const transfer = open.shop.placeOrder({ email, lines: [{ product: products.demo }], status: 'on-hold' })
    expect((await call('POST', `/orders/${transfer}/refunds`, { amount: '1.00' })).status).toBe(500)
    expect((await call('POST', `/orders/${transfer}/refunds`, { amount: '1.00', api_refund: false })).status).toBe(201)
  })

  it('deletes a refund by force only, and tells no webhook', async () => {
    const order = place()
    const refund = open.shop.refund(order, { amount: 5 })
    await open.shop.deliver()
    expect((await call('DELETE', `/orders/${order}/refunds/${refund}`)).status).toBe(501)
    expect((await call('DELETE', `/orders/${order}/refunds/${refund}?force=true`)).status).toBe(200)
    expect(open.shop.queued()).toEqual([])
    expect(open.shop.order(order).refunds).toEqual([])
  })

  it('takes notes as recorded, without a webhook, newest second first', async () => {
    const order = place()
    await open.shop.deliver()
    open.setTime('2026-11-21T18:23:39')
    const { body } = answerOf('36', '19-post-note') as { body: { note: string } }
    const note = await shown('POST', `/orders/${order}/notes`, { note: body.note })
    expect(note).toEqual({ status: 201, body: comparable(JSON.stringify(body)) })
    await call('POST', `/orders/${order}/notes`, { note: 'Welcome', customer_note: true })
    const notes = JSON.parse((await call('GET', `/orders/${order}/notes`)).text) as { note: string }[]
    expect(notes.slice(0, 2)).toMatchObject([
      { note: body.note, customer_note: false },
      { note: 'Welcome', customer_note: true },
    ])
    expect(notes.at(-1)?.note).toBe('Order status changed from Pending payment to Processing.')
    expect(open.shop.queued()).toEqual([])
  })

  it('shows custom fields on the product or on its variation, wherever they are', async () => {
    const { shop } = open
    const parent = shop.addProduct({ name: 'Advanced Course', sku: 'ADV' })
    const meta = { _course_id: 'course-v1:ExampleU+ADV200+2026', _mode: 'verified' }
    const variation = shop.addProduct({
      name: '',
      sku: 'ADV-V',
      variationOf: parent,
      attributes: { track: 'Verified' },
      meta,
    })
    const fields = Object.entries(meta).map(([key, value]) => ({ key, value }))
    expect(JSON.parse((await call('GET', `/products/${parent}`)).text)).toMatchObject({
      type: 'variable',
      meta_data: [],
    })
    const shownVariation = JSON.parse(
      (await call('GET', `/products/${parent}/variations/${variation}`)).text,
    ) as unknown
    expect(shownVariation).toMatchObject({ sku: 'ADV-V', parent_id: parent, meta_data: fields })
    expect(JSON.parse((await call('GET', '/products?sku=ADV')).text)).toMatchObject([
      { id: parent, variations: [variation] },
    ])
    expect((await call('GET', '/products/999')).status).toBe(404)
    expect((await call('GET', `/products/${parent}/variations/${products.demo}`)).status).toBe(404)
  })

  it('makes a webhook as recorded, pinging its address', async () => {
    open.setTime('2026-11-21T18:08:31')
    const { url } = open.receiver
    const input = { name: 'order.updated', topic: 'order.updated', delivery_url: url, secret: 's', status: 'active' }
    const pings = open.receiver.received.length
    const made = await call('POST', '/webhooks', input)
    const { body } = answerOf('01', '02-create-order-updated')
    const there = JSON.stringify(body).replace('http://127.0.0.1:8899/hooks/woocommerce', url)
    expect({ status: made.status, body: comparable(made.text) }).toEqual({ status: 201, body: comparable(there) })
    expect(open.receiver.received).toHaveLength(pings + 1)
  })

  it('shows that a webhook is disabled, not why, and activates it again', async () => {
    const [first] = JSON.parse((await call('GET', '/webhooks?per_page=1')).text) as { id: number }[]
    await call('PUT', `/webhooks/${first?.id}`, { status: 'disabled' })
    const listed = JSON.parse((await call('GET', '/webhooks?status=disabled')).text) as object[]
    expect(listed).toMatchObject([{ id: first?.id, status: 'disabled' }])
    expect(JSON.stringify(listed)).not.toMatch(/failure|secret/)
    await call('PUT', `/webhooks/${first?.id}`, { status: 'active' })
    expect(JSON.parse((await call('GET', `/webhooks/${first?.id}`)).text)).toMatchObject({ status: 'active' })
    expect((await call('DELETE', `/webhooks/${first?.id}`)).status).toBe(501)
    expect((await call('DELETE', `/webhooks/${first?.id}?force=true`)).status).toBe(200)
    expect((await call('GET', `/webhooks/${first?.id}`)).status).toBe(404)
  })
})

/** A refund whose lines do not name the numbers of this shop's lines. */
function withLines(refund: unknown): unknown {
  const blank = '"key":"_refunded_item_id","value":"#","display_key":"_refunded_item_id","display_value":"#"'
  const named = /"key":"_refunded_item_id","value":"\d+","display_key":"_refunded_item_id","display_value":"\d+"/g
  return JSON.parse(JSON.stringify(refund).replaceAll(named, blank))
}
