import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { orderBody, post, postSigned, sendRaw, sign, startRig, type Rig } from './rig.fixture.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.close())
beforeEach(() => rig.redis.flushall())

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

  it('does not flood the log', async () => {
    await rig.server.kill()
    const before = rig.logged().length
    const startedMs = performance.now()
    const unkept = () => rig.logged().slice(before).split('"result":"unkept"').length - 1
    // The test before may have used this second's lines up.
    for (let count = 0; count < 40 || unkept() === 0; count += 1) await postSigned(rig, order)
    const seconds = Math.ceil((performance.now() - startedMs) / 1000)
    const lines = unkept()
    await rig.server.restart()
    await eventually(() => postSigned(rig, order))
    expect(lines).toBeLessThanOrEqual(5 * seconds)
  })
})

/** The first answer that is not 503, within ten seconds. */
async function eventually(ask: () => Promise<Response>): Promise<Response> {
  const deadline = performance.now() + 10_000
  let answer = await ask()
  while (answer.status === 503 && performance.now() < deadline) answer = await ask()
  return answer
}
