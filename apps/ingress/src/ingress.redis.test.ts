import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { gzipSync } from 'node:zlib'
import { orderBody, post, postSigned, sendRaw, sign, startRig, type Rig } from './rig.fixture.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.close())
beforeEach(() => rig.redis.flushall())

/** Nothing of any order is stored. */
async function expectNothingStored(): Promise<void> {
  expect(await rig.redis.keys('*')).toEqual([])
}

const order = orderBody()
const signature = sign(order)

describe('an authentic webhook', () => {
  it('is kept and answered 200, and its seat is woken', async () => {
    expect((await postSigned(rig, order)).status).toBe(200)
    expect(await rig.ledger.conservation()).toEqual({ registered: 2, settled: 1, due: 1, waiting: 0, dead: 0 })
    expect(await rig.redis.llen('{seatkeeper}:bull:enroll.campus:wait')).toBe(1)
  })

  it('counts under the older of two secrets of a rotation', async () => {
    expect((await post(rig, order, { 'x-wc-webhook-signature': sign(order, 'whsec-older') })).status).toBe(200)
  })

  it('makes one record however often it is replayed', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => postSigned(rig, order)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await rig.ledger.conservation()).registered).toBe(2)
  })

  it('is answered 200 and superseded when it is a week old', async () => {
    await postSigned(rig, order)
    const old = orderBody({ date_modified_gmt: '2020-01-01T00:00:00', status: 'pending' })
    expect((await postSigned(rig, old)).status).toBe(200)
    expect((await rig.ledger.conservation()).registered).toBe(2)
    expect(await rig.ledger.orderView({ store: 'shop', order: '32' } as never)).toMatchObject({ status: 'processing' })
  })

  it('means what its body says, whatever topic it is labelled with', async () => {
    expect((await postSigned(rig, order, { 'x-wc-webhook-topic': 'order.deleted' })).status).toBe(200)
    expect(await rig.ledger.orderView({ store: 'shop', order: '32' } as never)).toMatchObject({ status: 'processing' })
  })

  it.each([
    ['a refund', orderBody({ refunds: [{ id: 46, total: '-49.00' }] })],
    ['a deletion', '{"id":32}'],
    ['an action', '{"action":"woocommerce_order_status_changed","arg":32}'],
  ])('makes the order due to be read on %s', async (_, body) => {
    expect((await postSigned(rig, body)).status).toBe(200)
    expect(await rig.redis.llen('{seatkeeper}:bull:orders.shop:wait')).toBe(1)
  })
})

describe('a request that no secret of the store signed', () => {
  it.each<[string, Record<string, string>]>([
    ['no signature', {}],
    ['an empty one', { 'x-wc-webhook-signature': '' }],
    ['one that is not base64', { 'x-wc-webhook-signature': '*'.repeat(44) }],
    ['one of 31 bytes', { 'x-wc-webhook-signature': Buffer.alloc(31).toString('base64') }],
    ['one of 33 bytes', { 'x-wc-webhook-signature': Buffer.alloc(33).toString('base64') }],
    ['a hex digest', { 'x-wc-webhook-signature': Buffer.from(signature, 'base64').toString('hex') }],
    [
      'the signature of the same JSON written anew',
      { 'x-wc-webhook-signature': sign(JSON.stringify(JSON.parse(order), null, 1)) },
    ],
    ['another store’s secret', { 'x-wc-webhook-signature': sign(order, 'whsec-of-the-other-store') }],
    ['a secret that is out of its rotation', { 'x-wc-webhook-signature': sign(order, 'whsec-oldest') }],
    ['an empty secret', { 'x-wc-webhook-signature': sign(order, ' ') }],
  ])('is answered 401 for %s, and nothing is stored', async (_, headers) => {
    const answer = await post(rig, order, headers)
    expect(answer.status).toBe(401)
    expect(await answer.text()).toBe('refused\n')
    await expectNothingStored()
  })

  it('is answered 401 for two signatures, even if one is right', async () => {
    const head = `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(order)}\r\n`
    const both = `X-WC-Webhook-Signature: ${signature}\r\nX-WC-Webhook-Signature: ${signature}\r\n`
    expect(await sendRaw(rig, `${head}${both}\r\n${order}`)).toMatch(/^HTTP\/1.1 401 /)
    await expectNothingStored()
  })

  it('is answered 401 for one flipped byte', async () => {
    expect((await post(rig, order.replace('ada@', 'adb@'), { 'x-wc-webhook-signature': signature })).status).toBe(401)
    await expectNothingStored()
  })

  it('is answered the same for a store that is not there', async () => {
    const answer = await post(rig, order, { 'x-wc-webhook-signature': signature }, 'nowhere')
    expect([answer.status, await answer.text()]).toEqual([401, 'refused\n'])
  })

  it('is refused before anything is parsed', async () => {
    expect((await post(rig, '{"a":'.repeat(40_000))).status).toBe(401)
    await expectNothingStored()
  })
})

describe('a ping', () => {
  it.each(['webhook_id=13', 'webhook_id=13&more=1'])(
    'is answered exactly 200 for %s, and nothing is stored',
    async (body) => {
      const answer = await post(rig, body, { 'content-type': 'application/x-www-form-urlencoded' })
      expect(answer.status).toBe(200)
      await expectNothingStored()
    },
  )
})

describe('an authentic body that holds no news', () => {
  it.each([
    ['a REST error', '{"code":"woocommerce_rest_cannot_view","message":"Sorry.","data":{"status":401}}'],
    ['an empty list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a number', '1'],
    ['broken JSON', '{"id":32,'],
    ['10,000 levels', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['a byte order mark', `\uFEFF${order}`],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"id":32,"x":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])],
    ['an id in words', orderBody({ id: '32; DROP' })],
    ['a negative id', orderBody({ id: -32 })],
    ['an id of 1e21', order.replace('"id":32', '"id":1e21')],
    ['a broken id', orderBody({ id: 32.5 })],
    ['an id of 2^53', order.replace('"id":32', '"id":9007199254740992')],
    ['10,000 lines', orderBody({ line_items: Array.from({ length: 10_000 }, (_, id) => ({ id: id + 1 })) })],
  ])('is answered 200 for %s, counted, and nothing is stored', async (_, body) => {
    const startedMs = performance.now()
    expect((await postSigned(rig, body)).status).toBe(200)
    expect(performance.now() - startedMs).toBeLessThan(1000)
    await expectNothingStored()
  })

  it('cannot reach the prototype of anything', async () => {
    const body = order.replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},')
    expect((await postSigned(rig, body)).status).toBe(200)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  it('lets the last of two equal keys win, as the shop’s own parser would', async () => {
    await postSigned(rig, order.replace('"status":"processing"', '"status":"cancelled","status":"processing"'))
    expect(await rig.ledger.orderView({ store: 'shop', order: '32' } as never)).toMatchObject({ status: 'processing' })
  })

  it('takes no address that could end a header line', async () => {
    expect(
      (await postSigned(rig, orderBody({ billing: { email: 'a@example.org\r\nBcc: x@example.org' } }))).status,
    ).toBe(200)
    expect((await rig.ledger.orderView({ store: 'shop', order: '32' } as never))?.seats).toEqual([])
  })

  it.each(['../..', '%2e%2e', '{}'])('takes no course key like %j', async (sku) => {
    const line = { id: 13, sku, product_id: 10, variation_id: 0, quantity: 1 }
    expect((await postSigned(rig, orderBody({ line_items: [line] }))).status).toBe(200)
    expect((await rig.ledger.orderView({ store: 'shop', order: '32' } as never))?.seats).toEqual([])
  })
})

describe('a request of the wrong form', () => {
  it('is answered 413 for 256 KB and a byte', async () => {
    const body = `{"x":"${'a'.repeat(256 * 1024 - 8)}"}`
    expect(body.length).toBe(256 * 1024)
    expect((await postSigned(rig, body)).status).toBe(200)
    expect((await postSigned(rig, `${body} `)).status).toBe(413)
  })

  it('is answered 413 early for a body without end', async () => {
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`
    const head = 'POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(await sendRaw(rig, head + chunk.repeat(20))).toMatch(/^HTTP\/1.1 413 /)
  })

  it('is answered 415 for a compressed body, unread', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    expect((await postSigned(rig, bomb, { 'content-encoding': 'gzip' })).status).toBe(415)
  })

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is answered 405 for %s', async (method) => {
    expect((await fetch(`${rig.ingress.url}/webhooks/shop`, { method })).status).toBe(405)
  })

  it('is answered 405 for TRACE', async () => {
    const answer = await sendRaw(rig, 'TRACE /webhooks/shop HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 405 /)
  })

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['a folded header', 'X-A: 1\r\n folded: 2\r\nContent-Length: 0'],
    ['a bare line feed', 'X-A: 1\nX-B: 2\r\nContent-Length: 0'],
  ])('is answered 400 and cut off for %s', async (_, headers) => {
    expect(await sendRaw(rig, `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\nhello`)).toMatch(
      /^HTTP\/1.1 400 /,
    )
  })

  it('is answered 431 for more than 16 KB of headers', async () => {
    expect(await sendRaw(rig, `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    )
  })

  it('is served under HTTP/1.0 without keep-alive', async () => {
    const head = `POST /webhooks/shop HTTP/1.0\r\nContent-Length: ${Buffer.byteLength(order)}\r\nX-WC-Webhook-Signature: ${signature}\r\n\r\n`
    expect(await sendRaw(rig, head + order)).toMatch(/^HTTP\/1.1 200 /)
  })

  it('is cut off when its headers take longer than ten seconds', async () => {
    expect(await sendRaw(rig, 'POST /webhooks/shop HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1.1 408 /)
  }, 25_000)
})

describe('what is told to outsiders and logs', () => {
  it('never names the host that was asked for', async () => {
    const answer = await sendRaw(rig, 'GET /x HTTP/1.1\r\nHost: evil.example.org\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 404 /)
    expect(answer).not.toContain('evil.example.org')
  })

  it('is one log line per request, without addresses, secrets or forged lines', async () => {
    const head = `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${order.length}\r\n`
    const forged = '\u001b[31m\\n{"level":"error","event":"forged"'
    await sendRaw(rig, `${head}User-Agent: ${forged}\r\nX-WC-Webhook-Signature: ${signature}\r\n\r\n${order}`)
    const lines = rig.logged().trimEnd().split('\n')
    expect(lines.every((line) => typeof JSON.parse(line) === 'object')).toBe(true)
    for (const word of ['ada@', 'whsec', 'forged', '\u001b']) expect(rig.logged()).not.toContain(word)
  })
})

describe('a Redis that is away', () => {
  it('is answered 503 within two seconds when it hangs, and 200 again once it is back', async () => {
    process.kill(rig.server.pid(), 'SIGSTOP')
    const startedMs = performance.now()
    const answer = await postSigned(rig, order)
    const tookMs = performance.now() - startedMs
    process.kill(rig.server.pid(), 'SIGCONT')
    expect(answer.status).toBe(503)
    expect(tookMs).toBeLessThan(2000)
    expect((await eventually(() => postSigned(rig, order))).status).toBe(200)
  })

  it('is answered 503 at once when it is dead, and 200 again once it is back', async () => {
    await rig.server.kill()
    const startedMs = performance.now()
    expect((await postSigned(rig, order)).status).toBe(503)
    expect(performance.now() - startedMs).toBeLessThan(2000)
    await rig.server.restart()
    expect((await eventually(() => postSigned(rig, order))).status).toBe(200)
  })
})

/** The first answer that is not 503, within ten seconds. */
async function eventually(ask: () => Promise<Response>): Promise<Response> {
  const deadline = performance.now() + 10_000
  let answer = await ask()
  while (answer.status === 503 && performance.now() < deadline) answer = await ask()
  return answer
}
