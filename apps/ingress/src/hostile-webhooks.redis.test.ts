import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { orderBody, post, postSigned, secret, sendRaw, sign, startRig, type Rig } from './rig.fixture.ts'

let rig: Rig
let before: string

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.close())
beforeEach(async () => {
  await rig.redis.flushall()
  await postSigned(rig, order)
  before = await storedDigest()
})

/** Personal data and secrets that no answer and no log line may hold. */
const canaries = ['ada@', 'canary', secret, 'whsec-older', 'whsec-of-the-other-store', 'DemoU']

const order = orderBody()
const line = { id: 13, sku: 'course-v1:DemoU+CS101+2026', product_id: 10, variation_id: 0, quantity: 1 }
const isAt = { signature: (signature: string) => ({ 'x-wc-webhook-signature': signature }) }

interface Answer {
  readonly status: number
  readonly text: string
}

type Send = () => Promise<Answer>

const unsigned =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}, store = 'shop'): Send =>
  async () => {
    const answer = await post(rig, body, headers, store)
    return { status: answer.status, text: await answer.text() }
  }

const signed = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Send =>
  unsigned(body, { ...isAt.signature(sign(body)), ...headers })

const raw =
  (bytes: string): Send =>
  async () => {
    const answer = await sendRaw(rig, bytes)
    const [head = '', text = ''] = answer.split('\r\n\r\n')
    return { status: Number(head.split(' ')[1]), text: head.includes('chunked') ? '' : text }
  }

const start = 'POST /webhooks/shop HTTP/1.1\r\nHost: x\r\n'
const lengthOf = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n`
const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`
const bytes = (length: number, byte = 7) => Buffer.alloc(length, byte).toString('base64')

/** What anybody can send who knows the address, and the status it gets. Nothing of it changes anything. */
const unauthentic: readonly (readonly [string, number, Send])[] = [
  ['no signature', 401, unsigned(order)],
  ['an empty signature', 401, unsigned(order, isAt.signature(''))],
  ['a signature that is not base64', 401, unsigned(order, isAt.signature('*'.repeat(44)))],
  ['a signature of 31 bytes', 401, unsigned(order, isAt.signature(bytes(31)))],
  ['a signature of 33 bytes', 401, unsigned(order, isAt.signature(bytes(33)))],
  [
    'a signature in hexadecimal',
    401,
    unsigned(order, isAt.signature(Buffer.from(sign(order), 'base64').toString('hex'))),
  ],
  ['the right signature without its padding', 401, unsigned(order, isAt.signature(sign(order).replace('=', '')))],
  [
    'two signatures of which one is right',
    401,
    raw(
      `${start}Connection: close\r\n${lengthOf(order)}X-WC-Webhook-Signature: ${sign(order)}\r\nX-WC-Webhook-Signature: ${bytes(32)}\r\n\r\n${order}`,
    ),
  ],
  [
    'the signature of the same JSON written anew',
    401,
    unsigned(order, isAt.signature(sign(JSON.stringify(JSON.parse(order), null, 1)))),
  ],
  ['one flipped byte', 401, unsigned(order.replace('ada@', 'adb@'), isAt.signature(sign(order)))],
  ['another store’s secret', 401, unsigned(order, isAt.signature(sign(order, 'whsec-of-the-other-store')))],
  ['a secret whose rotation is over', 401, unsigned(order, isAt.signature(sign(order, 'whsec-oldest')))],
  ['an empty secret', 401, unsigned(order, isAt.signature(sign(order, ' ')))],
  ['a store that is not there', 401, unsigned(order, isAt.signature(sign(order)), 'nowhere')],
  ['a store named like a prototype', 401, unsigned(order, isAt.signature(sign(order)), '__proto__')],
  ['a store named like a path', 401, unsigned(order, isAt.signature(sign(order)), '..%2f..%2fetc%2fpasswd')],
  ['a store whose name cannot be decoded', 400, unsigned(order, isAt.signature(sign(order)), '%ff')],
  ['rubbish, which nobody parses', 401, unsigned('{"a":'.repeat(40_000))],
  ['a forged sender’s address', 401, unsigned(order, { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' })],
  [
    'a ping, which is believed in nothing',
    200,
    unsigned('webhook_id=13', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'a ping with an order in it',
    200,
    unsigned(`webhook_id=13&order=${encodeURIComponent(order)}`, {
      'content-type': 'application/x-www-form-urlencoded',
    }),
  ],
  ['an order that says it is a form', 401, unsigned(order, { 'content-type': 'application/x-www-form-urlencoded' })],
]

/** What the shop signed, and what is no news all the same: answered 200, or the shop would disable its webhook. */
const authentic: readonly (readonly [string, number, Send])[] = [
  ['a REST error', 200, signed('{"code":"woocommerce_rest_cannot_view","message":"canary","data":{"status":401}}')],
  ['an empty body', 200, signed('')],
  ['an empty list', 200, signed('[]')],
  ['null', 200, signed('null')],
  ['a text', 200, signed('"x"')],
  ['a number', 200, signed('1')],
  ['broken JSON', 200, signed('{"id":32,')],
  ['10,000 levels', 200, signed(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)],
  ['100,000 levels of lists', 200, signed('['.repeat(100_000))],
  ['as many keys as fit', 200, signed(`{${Array.from({ length: 20_000 }, (_, key) => `"k${key}":1`).join()}}`)],
  ['a byte order mark', 200, signed(`\uFEFF${order}`)],
  ['a NUL', 200, signed(orderBody({ status: 'process\u0000ing' }))],
  ['a lone surrogate', 200, signed(order.replace('ada@', '\\ud800ada@'))],
  [
    'invalid UTF-8',
    200,
    signed(Buffer.concat([Buffer.from('{"id":32,"x":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])),
  ],
  ['an id in words', 200, signed(orderBody({ id: '32; DROP' }))],
  ['a negative id', 200, signed(orderBody({ id: -32 }))],
  ['an id of 1e21', 200, signed(order.replace('"id":32', '"id":1e21'))],
  ['a broken id', 200, signed(orderBody({ id: 32.5 }))],
  ['an id of 2^53', 200, signed(order.replace('"id":32', '"id":9007199254740992'))],
  ['10,000 lines', 200, signed(orderBody({ line_items: Array.from({ length: 10_000 }, (_, id) => ({ id: id + 1 })) }))],
]

/** Requests that are no webhook by their form; not even a right signature helps. */
const malformed: readonly (readonly [string, number, Send])[] = [
  ['256 KB and a byte', 413, signed(`{"x":"${'a'.repeat(256 * 1024 - 7)}"}`)],
  ['a million keys', 413, signed(`{${Array.from({ length: 1_000_000 }, (_, key) => `"${key}":1`).join()}}`)],
  ['a body without end', 413, raw(`${start}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`)],
  [
    'a packed body, which is not unpacked',
    415,
    signed(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }),
  ],
  ...['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'].map(
    (method) =>
      [method, 405, raw(`${method} /webhooks/shop HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)] as const,
  ),
  ['another path', 404, raw('POST /webhooks/shop/x HTTP/1.1\r\nHost: canary.example.org\r\nConnection: close\r\n\r\n')],
  ['two lengths', 400, raw(`${start}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`)],
  ['a length and chunks', 400, raw(`${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello`)],
  ['a folded header', 400, raw(`${start}X-A: 1\r\n folded: 2\r\nContent-Length: 0\r\n\r\n`)],
  ['a bare line feed', 400, raw(`${start}X-A: 1\nX-B: 2\r\nContent-Length: 0\r\n\r\n`)],
  ['more than 16 KB of headers', 431, raw(`${start}X-A: ${'a'.repeat(17_000)}\r\n\r\n`)],
]

describe.each([
  ['a sender without the secret', unauthentic],
  ['a signed body without news', authentic],
  ['a request of the wrong form', malformed],
] as const)('%s', (_, rows) => {
  it.each(rows)('%s: answered %i in a line, and nothing is changed or told', async (_name, status, send) => {
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(answer.text).toMatch(/^(?:[a-z0-9 -]{1,60}\n)?$/i)
    await expectUnharmed(answer)
  })
})

describe('a slow sender', () => {
  it('is cut off after ten seconds of headers or fifteen of body', async () => {
    const answers = await Promise.all([
      raw(start)(),
      raw(`${start}Content-Length: 1000\r\n\r\n{"id":`)(),
      raw(`${start}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`)(),
    ])
    expect(answers.map(({ status }) => status)).toEqual([408, 408, 408])
    await Promise.all(answers.map(expectUnharmed))
  }, 45_000)
})

/** Orders that are kept, since all but one thing of them can be used. */
describe('a signed order with something strange in it', () => {
  it('cannot reach the prototype of anything', async () => {
    const body = order.replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},')
    expect((await postSigned(rig, body)).status).toBe(200)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  it('counts by the last of two equal keys, as the shop’s own parser would', async () => {
    await rig.redis.flushall()
    await postSigned(rig, order.replace('"status":"processing"', '"status":"cancelled","status":"processing"'))
    expect(await shown()).toMatchObject({ status: 'processing' })
  })

  it.each([
    ['a line break', 'a@example.org\r\nBcc: x@example.org'],
    ['5 KB', `${'a'.repeat(5000)}@example.org`],
    ['5 KB of dots', `${'a.'.repeat(1250)}@${'b.'.repeat(1250)}org`],
    ['a quoted local part', '"ada canary"@example.org'],
    ['two addresses', 'a@example.org,b@example.org'],
    ['no dot', 'ada@localhost'],
    ['a list', ['ada@example.org']],
    ['an object that looks like a text', { toString: 1, length: 5 }],
  ])('gives no seat to an address with %s', async (_, email) => {
    await rig.redis.flushall()
    expect((await postSigned(rig, orderBody({ billing: { email } }))).status).toBe(200)
    expect((await shown())?.seats).toEqual([])
  })

  it.each([
    ['capitals', 'ADA@Example.ORG', 'ada@example.org'],
    ['letters of another alphabet', 'ada@BÜCHER.example', 'ada@bücher.example'],
    ['spaces around it', ' ada@example.org ', 'ada@example.org'],
  ])('takes an address with %s in one form', async (_, email, kept) => {
    await rig.redis.flushall()
    await postSigned(rig, orderBody({ billing: { email } }))
    const [seat = ''] = (await shown())?.seats ?? []
    expect(await rig.redis.hget(`{seatkeeper}:seat:${seat}`, 'email')).toBe(kept)
  })

  it.each(['../..', '%2e%2e', '{}', 'course-v1:..+..+..', 'course-v1:A+B+C/../D', 'COURSE-V1:DemoU+CS101+2026'])(
    'sells no course by the SKU %j',
    async (sku) => {
      await rig.redis.flushall()
      expect((await postSigned(rig, orderBody({ line_items: [{ ...line, sku }] }))).status).toBe(200)
      expect((await shown())?.seats).toEqual([])
    },
  )
})

/** The ledger and every queue are as they were, logs hold nothing of anybody, and the next webhook is served. */
async function expectUnharmed({ text }: Answer): Promise<void> {
  expect(await storedDigest()).toBe(before)
  for (const canary of canaries) {
    expect(text).not.toContain(canary)
    expect(rig.logged()).not.toContain(canary)
  }
  expect((await postSigned(rig, order)).status).toBe(200)
}

/** Changes with every key and value of Redis, those of BullMQ included. */
async function storedDigest(): Promise<string> {
  const keys = (await rig.redis.keys('*')).toSorted()
  const dumps = await Promise.all(keys.map((key) => rig.redis.dumpBuffer(key)))
  const hash = createHash('sha256')
  for (const [index, key] of keys.entries()) hash.update(`${key}\n`).update(dumps[index] ?? '')
  return hash.digest('hex')
}

function shown() {
  return rig.ledger.orderView({ store: 'shop', order: '32' } as never)
}
