import type { OrderReading } from '@seatkeeper/core'
import { describe, expect, it } from '@jest/globals'
import { startLoopback, type Loopback } from './loopback.fixture.ts'
import { recordedAnswer } from './recordings.fixture.ts'
import { key, never, orderRef, scriptedShop, secret, stopShopsAfterEach, storeAt } from './scripted-shop.fixture.ts'

stopShopsAfterEach()

describe('readOrder of recorded answers', () => {
  it.each([
    ['02-guest-one-course-paid-inline', '02-order', '03-order-refunds', 'paid', [[1, 0]]],
    [
      '10-full-refund',
      '02-order',
      '03-order-refunds',
      'refunded',
      [
        [1, 1],
        [1, 1],
      ],
    ],
    ['10-full-refund', '04-second', '05-second-refunds', 'refunded', [[1, 0]]],
    [
      '11-partial-refund-one-line',
      '02-order',
      '03-order-refunds',
      'paid',
      [
        [1, 0],
        [1, 1],
      ],
    ],
    [
      '12-partial-refund-amount-only',
      '05-after-qty0',
      '06-after-qty0-refunds',
      'paid',
      [
        [1, 0],
        [1, 0],
      ],
    ],
    [
      '12-partial-refund-amount-only',
      '08-after-all',
      '09-after-all-refunds',
      'refunded',
      [
        [1, 0],
        [1, 0],
      ],
    ],
    ['17-coupons', '03-free', '04-free-refunds', 'paid', [[1, 0]]],
  ])('reads %s, %s with %s, as %s with %j', async (...row) => {
    const [folder, orderFile, refundsFile, state, units] = row
    const order = recordedAnswer(`${folder}/rest/${orderFile}`).body
    const refunds = recordedAnswer(`${folder}/rest/${refundsFile}`).body
    const reading = await read(await shop({ order, refunds }), JSON.parse(order).id)
    expect(unitsOf(reading)).toEqual(units)
    expect(reading).toMatchObject({ snapshot: { store: 'bookshop', fullyRefunded: state === 'refunded' } })
  })

  it('says which refunds there are, and whose learners stay', async () => {
    const order = recordedAnswer('19-learner-email-in-line-meta/rest/05-after-refund').body
    const refunds = recordedAnswer('19-learner-email-in-line-meta/rest/06-after-refund-refunds').body
    const store = storeAt(await shop({ order, refunds }), {
      learners: { lineFields: ['learner_email', 'learners.email'] },
    })
    expect(await store.readOrder(orderRef(65), never)).toMatchObject({
      snapshot: {
        refunds: ['66'],
        lines: [
          { refunded: 1, learners: ['learner.one@example.org'] },
          { refunded: 0, learners: ['a@example.org', 'b@example.org'] },
        ],
      },
    })
  })

  it('reads an order in the trash as withdrawn, not as deleted', async () => {
    const order = JSON.stringify({ ...anOrder(), status: 'trash' })
    expect(await read(await shop({ order }))).toMatchObject({ kind: 'order', snapshot: { access: 'withdrawn' } })
  })

  it('reads a deleted order as deleted and asks for no refunds, which the shop would call none', async () => {
    const server = await shop({
      status: 404,
      order: recordedAnswer('16-trash-restore-delete/rest/06-get-deleted').body,
    })
    expect(await read(server)).toEqual({ kind: 'deleted' })
    expect(server.asked).toHaveLength(1)
  })
})

describe('readOrder', () => {
  it('adds up the refunds of a line, never beyond what was bought', async () => {
    const order = anOrder({ refunds: [{ id: 51 }, { id: 50 }], line_items: [aLine({ quantity: 3 })] })
    const two = [aRefund(50, -1), aRefund(51, -1)]
    expect(unitsOf(await read(await shop({ order: JSON.stringify(order), refunds: JSON.stringify(two) })))).toEqual([
      [3, 2],
    ])
    const much = [aRefund(50, -2), aRefund(51, -2)]
    expect(unitsOf(await read(await shop({ order: JSON.stringify(order), refunds: JSON.stringify(much) })))).toEqual([
      [3, 3],
    ])
  })

  it('reads all pages of refunds', async () => {
    const ids = Array.from({ length: 230 }, (_, index) => 1000 + index)
    const order = JSON.stringify(
      anOrder({ refunds: ids.map((id) => ({ id })), line_items: [aLine({ quantity: 500 })] }),
    )
    const server = await scriptedShop((path, query) => {
      if (!path.endsWith('/refunds')) return order
      const from = (Number(query.get('page')) - 1) * 100
      return JSON.stringify(ids.slice(from, from + 100).map((id) => aRefund(id, -1)))
    })
    expect(unitsOf(await read(server))).toEqual([[500, 230]])
    expect(server.asked).toHaveLength(4)
  })

  it('reads again if a refund came between its two reads', async () => {
    const orders = [anOrder(), anOrder({ refunds: [{ id: 50 }] })]
    const server = await scriptedShop((path) =>
      JSON.stringify(path.endsWith('/refunds') ? [aRefund(50, -1)] : orders.shift()),
    )
    expect(unitsOf(await read(server))).toEqual([[1, 1]])
  })

  it('takes an order that was deleted between its two reads for deleted', async () => {
    const gone = recordedAnswer('36-rest-api/rest/16-get-404').body
    const orders = [JSON.stringify(anOrder({ refunds: [{ id: 50 }] }))]
    const server = await scriptedShop((path) =>
      path.endsWith('/refunds') ? '[]' : (orders.shift() ?? { status: 404, body: gone }),
    )
    expect(await read(server)).toEqual({ kind: 'deleted' })
  })

  it('guesses nothing if order and refunds go on to disagree', async () => {
    const server = await shop({ order: JSON.stringify(anOrder({ refunds: [{ id: 50 }] })) })
    await expect(read(server)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(server.asked).toHaveLength(6)
  })

  it.each([
    ['another order', JSON.stringify(anOrder({ id: 33 })), '[]'],
    ['a list of orders', JSON.stringify([anOrder()]), '[]'],
    ['an order without lines', JSON.stringify(anOrder({ line_items: undefined })), '[]'],
    ['no list of refunds', JSON.stringify(anOrder()), '{}'],
    [
      'a refund of nobody knows what',
      JSON.stringify(anOrder()),
      JSON.stringify([{ ...aRefund(50, -1), line_items: [{ quantity: -1, meta_data: [] }] }]),
    ],
    [
      'pages of refunds without end',
      JSON.stringify(anOrder()),
      JSON.stringify(Array.from({ length: 100 }, (_, id) => aRefund(id + 1, 0))),
    ],
  ])('refuses %s', async (_, order, refunds) => {
    await expect(read(await shop({ order, refunds }))).rejects.toMatchObject({ code: 'STORE_ANSWER_UNREADABLE' })
  })

  it('throws the shop’s refusal with its words, which hold no credential', async () => {
    const basic = Buffer.from(`${key}:${secret}`).toString('base64')
    const server = await shop({
      status: 401,
      order: JSON.stringify({ code: 'x', message: `${key} ${secret} ${basic}!` }),
    })
    await expect(read(server)).rejects.toMatchObject({
      code: 'STORE_KEY_REFUSED',
      verdict: 'misconfigured',
      message: 'the shop answered 401',
      theirWords: '{"code":"x","message":"… … …!"}',
    })
  })

  it('goes to no address that an answer names', async () => {
    const other = await scriptedShop(() => '[]')
    const server = await startLoopback((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', link: `<${other.url}/more>; rel="next"` })
      response.end(request.url?.includes('/refunds') ? '[]' : JSON.stringify(anOrder()))
    })
    const reading = await read(server)
    await server.stop()
    expect(unitsOf(reading)).toEqual([[1, 0]])
    expect(other.asked).toEqual([])
  })
})

/** A shop of one order. */
function shop(answers: {
  readonly status?: number
  readonly order: string
  readonly refunds?: string
}): Promise<Loopback> {
  const { status = 200, order, refunds = '[]' } = answers
  return scriptedShop((path) => (path.endsWith('/refunds') ? refunds : { status, body: order }))
}

function read(server: Loopback, order: number = 32): Promise<OrderReading> {
  return storeAt(server).readOrder(orderRef(order), never)
}

/** Of each line, the units bought and refunded. */
function unitsOf(reading: OrderReading): number[][] {
  return reading.kind === 'deleted' ? [] : reading.snapshot.lines.map(({ quantity, refunded }) => [quantity, refunded])
}

/** The recorded order 32, paid, of one course, with some fields changed. */
function anOrder(change: object = {}): object {
  return { ...JSON.parse(recordedAnswer('02-guest-one-course-paid-inline/rest/02-order').body), ...change }
}

function aLine(change: object): object {
  return { id: 13, sku: 'course-v1:OpenedX+DemoX+DemoCourse', product_id: 10, variation_id: 0, quantity: 1, ...change }
}

function aRefund(id: number, quantity: number): object {
  return { id, amount: '0.01', line_items: [{ quantity, meta_data: [{ key: '_refunded_item_id', value: '13' }] }] }
}
