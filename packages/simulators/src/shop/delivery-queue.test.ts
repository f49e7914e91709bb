import { afterEach, describe, expect, it } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRecordedShop, products, recordedTopics, type RecordedShop } from './recorded-shop.fixture.ts'
import { recordingsOf } from './recordings.fixture.ts'
import { signWebhook, type ShopDelivery, type ShopOptions } from './shop.ts'

describe('createDeliveryQueue', () => {
  let open: RecordedShop
  afterEach(() => open.stop())

  /** A shop with one order whose webhooks, of `order.updated` alone unless given, are silent so far. */
  async function withOrder(options: Pick<ShopOptions, 'deliveryTimeoutMs'> = {}, topics = ['order.updated']) {
    open = await openRecordedShop(options, topics)
    const order = open.shop.placeOrder({ email: 'ada@example.com', lines: [{ product: products.demo }] })
    await open.shop.deliver()
    return order
  }
  const watched = () => open.shop.webhooks()[0]
  async function fail(order: number, times: number) {
    open.receiver.answer = () => 500
    for (let time = 0; time < times; time += 1) {
      open.shop.resend(order)
      await open.shop.deliver()
    }
  }

  it('puts the recorded headers on the wire, in their order and spelling', async () => {
    await withOrder()
    const names = open.receiver.received.at(-1)?.rawHeaders.filter((_, index) => index % 2 === 0)
    expect(names).toEqual(recordingsOf('02')[0]?.headers.map(([name]) => name))
    expect(open.receiver.received.at(-1)?.headers).toMatchObject({ connection: 'close', 'x-wc-webhook-id': '1' })
  })

  it('makes one delivery of many changes, with the last state', async () => {
    const order = await withOrder()
    for (const status of ['on-hold', 'processing', 'completed'] as const) open.shop.setStatus(order, status)
    expect(open.shop.queued()).toEqual([{ webhook: 1, topic: 'order.updated', order }])
    expect((await open.shop.deliver()).map(bodyOf)).toMatchObject([{ id: order, status: 'completed' }])
  })

  it('makes a later delivery of a change that happens while one is under way', async () => {
    const order = await withOrder()
    open.receiver.answer = () => {
      open.receiver.answer = () => 200
      open.shop.setStatus(order, 'completed')
      return 200
    }
    open.shop.resend(order)
    const statuses = (await open.shop.deliver()).map((delivery) => bodyOf(delivery)['status'])
    expect(statuses).toEqual(['processing', 'completed'])
  })

  it('gives different orders of one webhook the same delivery id within a second', async () => {
    const order = await withOrder()
    const other = open.shop.placeOrder({ email: 'bob@example.com', lines: [{ product: products.demo }] })
    open.shop.resend(order)
    await open.shop.deliver()
    open.passSeconds(1)
    open.shop.resend(order)
    await open.shop.deliver()
    const ids = open.receiver.received.slice(2).map(({ headers }) => headers['x-wc-webhook-delivery-id'])
    expect(open.shop.deliveries.slice(2).map((delivery) => delivery.order)).toEqual([other, order, order])
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('sends one after another: the next only once the last is answered', async () => {
    const order = await withOrder({}, ['order.updated', 'action.woocommerce_order_status_changed'])
    let underWay = 0
    let most = 0
    open.receiver.answer = async () => {
      most = Math.max(most, (underWay += 1))
      await sleep(20)
      underWay -= 1
      return 200
    }
    open.shop.setStatus(order, 'completed')
    await Promise.all([open.shop.deliver(), open.shop.deliver()])
    expect(open.receiver.received.length).toBe(6)
    expect(most).toBe(1)
  })

  it('disables a webhook at the seventh failure in a row, and queues nothing for it then', async () => {
    const order = await withOrder()
    await fail(order, 6)
    expect(watched()).toMatchObject({ status: 'active', failures: 6 })
    await fail(order, 1)
    expect(watched()).toMatchObject({ status: 'disabled', failures: 6 })
    open.receiver.answer = () => 200
    open.shop.resend(order)
    expect(open.shop.queued()).toEqual([])
  })

  it('disables a webhook that was activated again at its first failure, and forgives all at one success', async () => {
    const order = await withOrder()
    await fail(order, 7)
    await open.shop.editWebhook(1, { status: 'active' })
    expect(watched()).toMatchObject({ status: 'active', failures: 6 })
    await fail(order, 1)
    expect(watched()?.status).toBe('disabled')
    await open.shop.editWebhook(1, { status: 'active' })
    open.receiver.answer = () => 200
    open.shop.resend(order)
    await open.shop.deliver()
    expect(watched()).toMatchObject({ status: 'active', failures: 0 })
  })

  it.each([
    [200, 0],
    [201, 0],
    [202, 0],
    [204, 0],
    [301, 0],
    [302, 0],
    [303, 1],
    [307, 1],
    [400, 1],
    [401, 1],
    [410, 1],
    [429, 1],
    [500, 1],
    [503, 1],
  ])('takes %i as %i failures, and never sends again', async (status, failures) => {
    const order = await withOrder()
    open.receiver.answer = () => status
    open.shop.resend(order)
    expect((await open.shop.deliver()).map(({ answered }) => answered)).toEqual([status])
    expect(watched()?.failures).toBe(failures)
    expect(await open.shop.deliver()).toEqual([])
  })

  it('takes no answer in time as a failure', async () => {
    const order = await withOrder({ deliveryTimeoutMs: 50 })
    open.receiver.answer = () => sleep(10_000, 200, { ref: false })
    open.shop.resend(order)
    expect((await open.shop.deliver()).map(({ answered }) => answered)).toEqual([null])
    expect(watched()?.failures).toBe(1)
  })

  it('pings again after every delivery until a ping is answered with exactly 200', async () => {
    open = await openRecordedShop({}, [])
    open.receiver.answer = () => 204
    await open.shop.addWebhook({ topic: 'order.updated', deliveryUrl: open.receiver.url, secret: 'whsec-pingy' })
    const order = open.shop.placeOrder({ email: 'ada@example.com', lines: [{ product: products.demo }] })
    await open.shop.deliver()
    open.shop.resend(order)
    await open.shop.deliver()
    open.receiver.answer = () => 200
    for (let time = 0; time < 2; time += 1) {
      open.shop.resend(order)
      await open.shop.deliver()
    }
    const kinds = open.shop.deliveries.map(({ topic }) => topic ?? 'ping')
    expect(kinds).toEqual(recordingsOf('38').map(({ topic }) => topic ?? 'ping'))
    expect(open.receiver.received[0]?.body.toString()).toBe('webhook_id=1')
    expect(Object.keys(open.receiver.received[0]?.headers ?? {}).join(' ')).not.toContain('x-wc')
  })

  it('pings a new address at once', async () => {
    await withOrder()
    await open.shop.editWebhook(1, { deliveryUrl: `${open.receiver.url}/elsewhere` })
    expect(open.shop.deliveries.at(-1)).toMatchObject({ topic: null, url: `${open.receiver.url}/elsewhere` })
  })

  it('delivers what was queued before a pause, queues nothing during it, and forgets a deleted webhook', async () => {
    const order = await withOrder()
    open.shop.resend(order)
    await open.shop.editWebhook(1, { status: 'paused' })
    expect(await open.shop.deliver()).toHaveLength(1)
    open.shop.resend(order)
    expect(open.shop.queued()).toEqual([])
    await open.shop.editWebhook(1, { status: 'active' })
    open.shop.resend(order)
    open.shop.deleteWebhook(1)
    expect(await open.shop.deliver()).toEqual([])
  })

  it('signs with the secret of the moment of delivery', async () => {
    const order = await withOrder()
    open.shop.resend(order)
    await open.shop.editWebhook(1, { secret: 'whsec-rotated' })
    await open.shop.deliver()
    const arrived = open.receiver.received.at(-1)
    expect(arrived?.headers['x-wc-webhook-signature']).toBe(
      signWebhook('whsec-rotated', arrived?.body ?? Buffer.alloc(0)),
    )
  })

  it('delivers a signed error once the owner of the webhook may not read orders, and counts it a success', async () => {
    const order = await withOrder()
    open.shop.setOwnerRights(1, false)
    open.shop.resend(order)
    expect((await open.shop.deliver()).map(bodyOf)).toMatchObject([
      { code: 'woocommerce_rest_cannot_view', data: { status: 401 } },
    ])
    expect(watched()?.failures).toBe(0)
  })

  it('loses a dropped delivery without a word: no request, no failure, no repetition', async () => {
    const order = await withOrder()
    const before = open.receiver.received.length
    open.shop.faults.dropDeliveries(({ topic }) => topic === 'order.updated')
    open.shop.resend(order)
    expect(await open.shop.deliver()).toMatchObject([{ isDropped: true, answered: null }])
    open.shop.faults.clear()
    expect(await open.shop.deliver()).toEqual([])
    expect(open.receiver.received).toHaveLength(before)
    expect(watched()?.failures).toBe(0)
  })

  it('redelivers captured bytes and headers as they were', async () => {
    const order = await withOrder()
    const captured = open.shop.captured(order)
    if (captured === undefined) throw new Error('nothing was captured')
    open.shop.setStatus(order, 'completed')
    await open.shop.redeliver(captured)
    const [first, second] = open.receiver.received.slice(-2)
    expect(second).toEqual(first)
  })

  it('runs by itself when asked to', async () => {
    open = await openRecordedShop({ autoDeliver: 5 }, recordedTopics)
    const pings = open.receiver.received.length
    const arrived = new Promise<void>((resolve) => {
      open.receiver.answer = () => {
        if (open.receiver.received.length === pings + 4) resolve()
        return 200
      }
    })
    open.shop.placeOrder({ email: 'ada@example.com', lines: [{ product: products.demo }] })
    await arrived
    expect(open.receiver.received).toHaveLength(pings + 4)
  })
})

function bodyOf({ body }: ShopDelivery): Record<string, unknown> {
  return JSON.parse(body.toString()) as Record<string, unknown>
}
