import { StoreId, type News } from '@seatkeeper/core'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { LearnerFields } from './learners.ts'
import { newsOf } from './news.ts'
import { StatusMap } from './order-status.ts'
import { deliveries, delivery } from './recordings.fixture.ts'

/** Of processor time, which no neighbour stretches; a pattern that backtracks takes many seconds. */
const halfASecondUs = 500_000

const store = { id: StoreId.parse('bookshop'), statuses: StatusMap.parse({}), learners: LearnerFields.parse({}) }
const json = 'application/json'

/** What each recorded delivery is, folder by folder: a snapshot with that status, or another kind of news. */
const expected = {
  '01-webhook-ping': 'ping*14',
  '02-guest-one-course-paid-inline': 'processing processing action action',
  '03-pending-then-paid-by-callback': 'pending pending action processing action action',
  '04-two-courses-and-a-shirt': 'processing processing action action',
  '05-quantity-three': 'processing processing action action',
  '06-bacs-onhold-processing-completed': 'on-hold on-hold action processing action action completed action action',
  '07-straight-to-completed': 'completed completed action action',
  '08-cancelled': 'on-hold on-hold action cancelled action processing processing action action cancelled action',
  '09-failed-then-retried': 'failed failed action processing action action',
  '10-full-refund':
    'processing processing action action completed action action refund action action processing processing action action refund action action',
  '11-partial-refund-one-line': 'processing processing action action refund action refund action action',
  '12-partial-refund-amount-only':
    'processing processing action action refund action refund action refund action action',
  '15-admin-edits-lines': 'processing processing action action processing*8',
  '16-trash-restore-delete':
    'processing processing action action deleted restored action action deleted action processing processing action*3',
  '17-coupons': 'processing processing action action processing processing action action',
  '18-variation': 'processing processing action action',
  '19-learner-email-in-line-meta': 'processing processing action action refund action',
  '21-non-ascii':
    'processing processing action action processing processing action action processing processing action action',
  '23-burst-one-request': 'pending pending action completed action*3 completed processing processing',
  '24-burst-many-requests': 'on-hold on-hold action completed action*3 processing action action',
  '27-product-changed-after-order':
    'processing processing action action completed action action processing action action completed action action',
  '30-receiver-errors': 'pending*28',
  '31-pending-when-paused-disabled-deleted': 'pending*3',
  '32-slow-receiver': 'pending*3',
  '35-two-queue-runners': 'pending*6',
  '38-ping-not-answered-200': 'ping pending ping pending ping pending ping pending',
  '40-receiver-timeout': 'pending',
}

describe('newsOf', () => {
  it.each(Object.entries(expected))('reads every recorded delivery of %s', (folder, kinds) => {
    const news = deliveries.filter((recorded) => recorded.folder === folder).map((recorded) => summary(read(recorded)))
    expect(news).toEqual(kinds.split(' ').flatMap(unfold))
  })

  it('has read every recording', () => {
    expect(new Set(deliveries.map(({ folder }) => folder))).toEqual(new Set(Object.keys(expected)))
  })

  it('gives a snapshot of all that matters', () => {
    expect(read(delivery('05-quantity-three/01'))).toEqual({
      kind: 'snapshot',
      snapshot: {
        store: 'bookshop',
        order: '35',
        status: 'processing',
        access: 'granted',
        createdAtMs: Date.UTC(2026, 10, 21, 18, 9, 4),
        modifiedAtMs: Date.UTC(2026, 10, 21, 18, 9, 4),
        learner: 'ada@example.com',
        fullyRefunded: false,
        refunds: [],
        lines: [
          {
            line: '19',
            sku: 'course-v1:OpenedX+DemoX+DemoCourse',
            product: '10',
            variation: '0',
            quantity: 3,
            refunded: 0,
            learners: [],
          },
        ],
      },
    })
  })
})

describe('newsOf a line whose product changed after the sale', () => {
  it.each([
    ['01', { sku: 'course-v1:ExampleU+DOOM+1', product: '84' }],
    ['05', { sku: 'course-v1:ExampleU+DOOM+2', product: '84' }],
    ['08', { sku: 'course-v1:ExampleU+DOOM+2', product: '84' }],
    ['11', { sku: null, product: '0' }],
  ])('keeps the line in delivery %s, as %j', (number, line) => {
    const news = read(delivery(`27-product-changed-after-order/${number}`))
    expect(news).toMatchObject({ snapshot: { lines: [{ line: '78', variation: '0', ...line }] } })
  })
})

describe('newsOf an order that names its learners', () => {
  it.each([
    [
      ['learner_email', 'learners.email'],
      [['learner.one'], ['a', 'b']],
    ],
    [
      ['_openedx_learner_email', 'learner_email'],
      [['hidden'], []],
    ],
    [['learners[name=B].email'], [[], ['b']]],
    [['Learner name'], [[], []]],
    [['learners'], [[], []]],
    [[], [[], []]],
  ])('finds at %j of the recorded order %j', (lineFields, names) => {
    const learners = LearnerFields.parse({ lineFields })
    const { body } = delivery('19-learner-email-in-line-meta/01')
    const lines = names.map((line) => ({ learners: line.map((name) => `${name}@example.org`) }))
    expect(newsOf({ body }, { ...store, learners })).toMatchObject({ snapshot: { learner: 'ada@example.com', lines } })
  })

  it('takes no more learners than units', () => {
    const line = aLine({
      quantity: 2.5,
      meta_data: [{ key: 'to', value: 'a@example.org,b@example.org,c@example.org' }],
    })
    const learners = LearnerFields.parse({ lineFields: ['to'] })
    expect(newsOf(anOrder({ line_items: [line] }), { ...store, learners })).toMatchObject({
      snapshot: { lines: [{ quantity: 2, learners: ['a@example.org', 'b@example.org'] }] },
    })
  })

  it.each([
    ['gift@example.org', 'gift@example.org'],
    ['nobody, gift@example.org', 'gift@example.org'],
    ['nobody', 'ada@example.com'],
    ['', 'ada@example.com'],
  ])('lets the order’s field %j and then billing say that %s learns', (value, learner) => {
    const learners = LearnerFields.parse({ orderFields: ['gift_to'] })
    const order = anOrder({ meta_data: [{ id: 1, key: 'gift_to', value }] })
    expect(newsOf(order, { ...store, learners })).toMatchObject({ snapshot: { learner } })
  })

  it.each([[null], [{}], ['x'], [[null, 7, {}, { key: 7 }]]])('finds nobody in fields of the shape %j', (meta_data) => {
    const learners = LearnerFields.parse({ lineFields: ['to'], orderFields: ['to'] })
    const order = anOrder({ meta_data, line_items: [aLine({ meta_data })] })
    expect(newsOf(order, { ...store, learners })).toMatchObject({
      snapshot: { learner: 'ada@example.com', lines: [{ learners: [] }] },
    })
  })
})

describe('newsOf an order', () => {
  it.each([
    ['a refund', { refunds: [{ id: 46 }] }, 'refund'],
    ['a shape unknown to us', { total: 'free' }, 'partial'],
  ])('says with a hint after %s when the order was modified', (_, change, reason) => {
    const modifiedAtMs = Date.UTC(2026, 10, 21, 18, 8, 52)
    expect(newsOf(anOrder(change), store)).toMatchObject({ kind: 'hint', reason, modifiedAtMs })
    expect(newsOf(anOrder({ ...change, date_modified_gmt: null }), store)).toEqual({
      kind: 'hint',
      reason,
      store: 'bookshop',
      order: '32',
    })
  })

  it('says no time with the restoring of an order, for it is that of its removal', () => {
    const news = newsOf({ ...anOrder(), topic: 'order.restored' }, store)
    expect(news).toEqual({ kind: 'hint', reason: 'restored', store: 'bookshop', order: '32' })
  })

  it('lets the body win over the topic, which nobody signed', () => {
    expect(newsOf({ ...anOrder(), topic: 'order.deleted' }, store).kind).toBe('snapshot')
    expect(newsOf({ ...anOrder(), topic: 'product.updated' }, store).kind).toBe('snapshot')
    expect(summary(newsOf({ body: Buffer.from('{"id":60}'), topic: 'order.updated' }, store))).toBe('deleted')
  })

  it('names the order of a hint', () => {
    const news = newsOf({ body: Buffer.from('{"id":60}') }, store)
    expect(news).toEqual({ kind: 'hint', reason: 'deleted', store: 'bookshop', order: '60' })
  })

  it('believes an order that stays refunded although its refunds are gone', () => {
    const news = newsOf(anOrder({ status: 'refunded', refunds: [] }), store)
    expect(news).toMatchObject({ kind: 'snapshot', snapshot: { access: 'withdrawn', fullyRefunded: true } })
  })

  it.each([
    ['wc-completed', 'completed', 'granted'],
    ['trash', 'trash', 'withdrawn'],
    ['on-hold', 'on-hold', 'undecided'],
    ['a-plugins-own', 'a-plugins-own', 'undecided'],
  ])('takes status %s for %s, %s', (sent, status, access) => {
    expect(newsOf(anOrder({ status: sent }), store)).toMatchObject({ snapshot: { status, access } })
  })

  it.each([
    ['Zoe.OBrien+Kurs@Example.COM', 'zoe.obrien+kurs@example.com'],
    ['anna@xn--bcher-kva.example', 'anna@xn--bcher-kva.example'],
    ['', null],
    ['no address', null],
    ['a@example.org\r\nBcc: x@example.org', null],
    [`${'a'.repeat(5000)}@example.org`, null],
    ['"quoted local"@example.org', null],
    [null, null],
    [{ address: 'a@example.org' }, null],
  ])('takes the e-mail %j for %j', (email, learner) => {
    const order = anOrder({ billing: { email } })
    const startedAt = process.cpuUsage()
    expect(newsOf(order, store)).toMatchObject({ snapshot: { learner } })
    expect(process.cpuUsage(startedAt).user).toBeLessThan(halfASecondUs)
  })

  it.each([
    ['an unknown shape of lines', { line_items: [{ id: 13 }] }],
    ['no time', { date_modified_gmt: null }],
    ['a time that is none', { date_modified_gmt: '2026-13-21T18:08:52' }],
    ['an amount that is none', { total: 'free' }],
    ['more units than anybody buys', { line_items: [aLine({ quantity: 100_001 })] }],
    ['one line twice', { line_items: [aLine(), aLine({ sku: 'course-v1:DemoU+ART+2026' })] }],
    ['no billing', { billing: undefined }],
  ])('asks for a read of an order with %s', (_, change) => {
    expect(summary(newsOf(anOrder(change), store))).toBe('partial')
  })

  it.each(['"32"', '-32', '0', '1e21', '32.5', '9007199254740992', 'null', '{}', '[32]', 'true'])(
    'refuses the order number %s',
    (id) => {
      const body = Buffer.from(anOrder().body.toString().replace('"id":32', `"id":${id}`))
      expect(summary(newsOf({ body }, store))).toBe('unreadable')
    },
  )

  it('refuses 10,000 lines', () => {
    const order = anOrder({ line_items: Array.from({ length: 10_000 }, () => aLine()) })
    expect(summary(newsOf(order, store))).toBe('unreadable')
  })

  it('takes the last of two fields of one name, as every reader of the signed bytes does', () => {
    const body = Buffer.from(anOrder().body.toString().replace('{', '{"status":"refunded","id":1,'))
    expect(newsOf({ body }, store)).toMatchObject({ snapshot: { status: 'processing', order: '32' } })
  })

  it('is left alone by keys that name prototypes', () => {
    const body = Buffer.from(anOrder().body.toString().replace('{', '{"__proto__":{"id":1,"status":"refunded"},'))
    expect(newsOf({ body }, store)).toMatchObject({ snapshot: { status: 'processing', order: '32' } })
    expect('status' in {}).toBe(false)
  })

  it.each([
    ['no SKU', { sku: '' }, { sku: null }],
    ['a deleted product', { sku: null, product_id: 0 }, { sku: null, product: '0' }],
    ['a variation', { variation_id: 15 }, { variation: '15' }],
    ['one and a half units', { quantity: 1.5 }, { quantity: 1 }],
  ])('reads a line with %s', (_, change, line) => {
    const news = newsOf(anOrder({ line_items: [aLine(change)] }), store)
    expect(news).toMatchObject({ snapshot: { lines: [line] } })
  })
})

describe('newsOf an action', () => {
  it.each([
    ['woocommerce_order_status_changed', 32, 'action'],
    ['woocommerce_order_refunded', 32, 'action'],
    ['woocommerce_delete_order', 32, 'action'],
    ['woocommerce_refund_deleted', 46, 'other-topic'],
    ['woocommerce_new_product', 32, 'other-topic'],
    ['woocommerce_order_refunded', '32', 'other-topic'],
    ['woocommerce_order_refunded', null, 'other-topic'],
    ['woocommerce_order_refunded', [32], 'other-topic'],
    ['woocommerce_order_refunded', -1, 'other-topic'],
    [7, 32, 'other-topic'],
  ])('%s with %j is %s', (action, arg, kind) => {
    expect(summary(newsOf({ body: Buffer.from(JSON.stringify({ action, arg })) }, store))).toBe(kind)
  })
})

describe('newsOf anything else', () => {
  it.each([
    ['{"code":"woocommerce_rest_cannot_view","message":"Sorry.","data":{"status":401}}', 'error-body'],
    ['{"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID.","data":{"status":404}}', 'error-body'],
    ['{"code":"woocommerce_rest_cannot_create_order_refund","message":"No.","data":500}', 'error-body'],
    ['{"id":10,"name":"Demonstration Course","status":"publish"}', 'other-topic'],
    ['{}', 'unreadable'],
    ['[]', 'unreadable'],
    ['null', 'unreadable'],
    ['"x"', 'unreadable'],
    ['1', 'unreadable'],
    ['', 'unreadable'],
    ['{"id":32', 'unreadable'],
    ['webhook_id=13', 'unreadable'],
    ['\uFEFF{"id":32}', 'unreadable'],
    [String.raw`{"id":32,"name":"\ud83d"}`, 'unreadable'],
  ])('%s is %s', (body, why) => {
    expect(newsOf({ body: Buffer.from(body), contentType: json }, store)).toEqual({ kind: 'nothing', why })
  })

  it('refuses an order with a depth bomb in its meta data', () => {
    const bomb = '['.repeat(10_000) + ']'.repeat(10_000)
    const body = Buffer.from(anOrder().body.toString().replace('{', `{"bomb":${bomb},`))
    const startedAt = process.cpuUsage()
    expect(summary(newsOf({ body }, store))).toBe('unreadable')
    expect(process.cpuUsage(startedAt).user).toBeLessThan(halfASecondUs)
  })

  it('never throws, whatever became of the bytes', () => {
    const bodies = deliveries.map(({ body }) => body)
    const change = fc.record({ at: fc.nat(), cut: fc.nat(40), put: fc.uint8Array({ maxLength: 20 }) })
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(change, { maxLength: 4 }), (body, changes) => {
        expect(newsOf({ body: changes.reduce(mutate, body), contentType: json }, store).kind).toMatch(
          /^(snapshot|hint|nothing)$/,
        )
      }),
      { numRuns: 4000 },
    )
  })

  it('never throws, whatever became of a value', () => {
    const order: Record<string, unknown> = JSON.parse(anOrder().body.toString())
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(order)), fc.jsonValue(), (field, value) => {
        expect(newsOf(anOrder({ [field]: value }), store).kind).toMatch(/^(snapshot|hint|nothing)$/)
      }),
      { numRuns: 3000 },
    )
  })
})

function read({ body, headers }: { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> }): News {
  return newsOf({ body, topic: headers['x-wc-webhook-topic'], contentType: headers['content-type'] }, store)
}

function summary(news: News): string {
  if (news.kind === 'snapshot') return news.snapshot.status
  return news.kind === 'hint' ? news.reason : news.why
}

/** `action*3` is three of them. */
function unfold(kinds: string): string[] {
  const [kind = '', times = '1'] = kinds.split('*')
  return Array.from({ length: Number(times) }, () => kind)
}

/** The recorded order 32, paid, of one course, with some fields changed. */
function anOrder(change: object = {}): { readonly body: Buffer } {
  const order = JSON.parse(delivery('02-guest-one-course-paid-inline/01').body.toString())
  return { body: Buffer.from(JSON.stringify({ ...order, ...change })) }
}

function aLine(change: object = {}): object {
  return { id: 13, sku: 'course-v1:OpenedX+DemoX+DemoCourse', product_id: 10, variation_id: 0, quantity: 1, ...change }
}

function mutate(body: Buffer, { at, cut, put }: { at: number; cut: number; put: Uint8Array }): Buffer {
  const from = at % (body.length + 1)
  return Buffer.concat([body.subarray(0, from), put, body.subarray(from + cut)])
}
