import { setDefaultCACertificates, getCACertificates } from 'node:tls'
import type { RequestListener } from 'node:http'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from '@jest/globals'
import { StoreConfig } from './config.ts'
import { certificate } from './certificate.fixture.ts'
import { startLoopback, type Loopback } from './loopback.fixture.ts'
import { createRestCall } from './rest-call.ts'

const key = `ck_${'1'.padStart(40, '0')}`
const secret = `cs_${'1'.padStart(40, '0')}`
const never = new AbortController().signal
const order = { method: 'GET', path: 'orders/1' } as const
const toCompleted = { method: 'PUT', path: 'orders/1', body: { status: 'completed' } } as const
const servers: Loopback[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

describe('createRestCall', () => {
  it('gives status, media type and body of any answer', async () => {
    const call = await callTo((_, response) => {
      response.writeHead(418, { 'content-type': 'Application/JSON; charset=UTF-8', 'retry-after': '5' }).end('{"é":1}')
    })
    expect(await call(order, never)).toEqual({
      status: 418,
      mediaType: 'application/json',
      retryAfter: '5',
      body: '{"é":1}',
      isCut: false,
    })
  })

  it('signs anew each time over plain HTTP and sends no Basic header', async () => {
    const { call, server } = await scene(ok)
    await call({ method: 'GET', path: 'orders/1', query: { page: '1' } }, never)
    await call({ method: 'GET', path: 'orders/1', query: { page: '1' } }, never)
    const nonces = server.asked.map(({ url }) => new URL(url ?? '', server.url).searchParams.get('oauth_nonce'))
    expect(new Set(nonces).size).toBe(2)
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
    expect(server.asked[0]?.url).toMatch(/^\/wp-json\/wc\/v3\/orders\/1\?oauth_consumer_key=/)
  })

  it('sends a change as JSON', async () => {
    const bodies: string[] = []
    const { call, server } = await scene((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString())).on('end', () => ok(request, response))
    })
    await call(toCompleted, never)
    expect(bodies.join('')).toBe('{"status":"completed"}')
    expect(server.asked[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '22' })
  })

  it('keeps its connection', async () => {
    const { call, server } = await scene(ok)
    await call(order, never)
    await call({ method: 'GET', path: 'orders/2' }, never)
    expect(server.connections()).toBe(1)
  })

  it('follows no redirect and gives nobody else the key', async () => {
    const other = await listening(ok)
    const { call } = await scene((_, response) => response.writeHead(307, { location: other.url }).end())
    expect(await call(order, never)).toMatchObject({ status: 307 })
    expect(other.asked).toEqual([])
  })

  it('asks once, however bad the answer', async () => {
    const { call, server } = await scene((_, response) => response.writeHead(503, { 'retry-after': '0' }).end())
    expect(await call(order, never)).toMatchObject({ status: 503 })
    expect(server.asked).toHaveLength(1)
  })

  it.each([
    ['plain', (bytes: Buffer) => bytes, {}],
    ['packed', gzipSync, { 'content-encoding': 'gzip' }],
  ])('stops reading a %s body without end', async (_, pack, headers) => {
    const body = pack(Buffer.alloc(20_000_000, ' '))
    const call = await callTo((request, response) => {
      request.socket.on('error', () => {})
      response.writeHead(200, headers).end(body)
    })
    const answer = await call(order, never)
    expect(answer.isCut).toBe(true)
    expect(answer.body.length).toBeLessThanOrEqual(5_000_000)
  })
})

describe('a call without an answer', () => {
  it.each<[string, RequestListener]>([
    ['a reset', (request) => request.socket.resetAndDestroy()],
    [
      'an end in the middle of the body',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{')
        setImmediate(() => response.destroy())
      },
    ],
    ['bytes that are no HTTP', (request) => request.socket.end('hello\r\n\r\n')],
    [
      'no gzip where gzip is promised',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}'),
    ],
  ])('is an outage after %s', async (_, listener) => {
    const call = await callTo(listener)
    await expect(call(order, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', verdict: 'outage' })
  })

  it('is an outage if nobody listens', async () => {
    const server = await startLoopback(ok)
    await server.stop()
    const failure = await callingOf(server.url)(order, never).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'STORE_UNREACHABLE', message: 'no answer from the shop (ECONNREFUSED)' })
  })

  it.each<[string, RequestListener]>([
    ['silence', () => {}],
    [
      'one byte at a time',
      (_, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(drip))
      },
    ],
  ])('ends at its time limit in face of %s', async (_, listener) => {
    const call = await callTo(listener, { callTimeoutMs: 150 })
    const startedAt = performance.now()
    await expect(call(order, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  it.each<[string, RequestListener]>([
    ['a reset', (request) => request.socket.resetAndDestroy()],
    ['silence', () => {}],
    ['half an answer', (_, response) => response.writeHead(200, { 'content-length': '100' }).end('{')],
  ])('leaves the fate of a change open after %s, also on a connection that was kept', async (_, listener) => {
    const { call, server } = await scene(
      (request, response) => (request.method === 'GET' ? ok(request, response) : listener(request, response)),
      { callTimeoutMs: 150 },
    )
    await expect(call(toCompleted, never)).rejects.toMatchObject({ code: 'STORE_ERROR', verdict: 'transient' })
    await call(order, never)
    await expect(call(toCompleted, never)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(server.asked).toHaveLength(3)
  })

  it('leaves nothing open if the change never left', async () => {
    const server = await startLoopback(ok)
    await server.stop()
    await expect(callingOf(server.url)(toCompleted, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
  })

  it('ends when its caller gives up', async () => {
    const giveUp = new AbortController()
    const call = await callTo(() => giveUp.abort())
    await expect(call(order, giveUp.signal)).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    await expect(call(order, AbortSignal.abort())).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
  })

  it('concerns nobody any more once it is over, even if the shop answered before it had read everything', async () => {
    const call = await callTo(
      (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    )
    const caller = new AbortController()
    const long = { ...toCompleted, body: { note: 'x'.repeat(20_000_000) } }
    expect(await call(long, caller.signal)).toMatchObject({ status: 200 })
    const crashes: unknown[] = []
    const note = (error: unknown) => void crashes.push(error)
    process.on('uncaughtException', note)
    caller.abort(new DOMException('too late', 'TimeoutError'))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('uncaughtException', note)
    expect(crashes).toEqual([])
  })

  it('tells nobody the key', async () => {
    const call = await callTo((request) => request.socket.resetAndDestroy())
    const failure = await call(order, never).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'STORE_UNREACHABLE' })
    expect(inspect(failure, { depth: null, showHidden: true })).not.toMatch(/ck_|cs_|oauth/)
  })
})

describe('a call over TLS', () => {
  it('is not made to a shop whose certificate nobody vouches for', async () => {
    const server = await listening(ok, certificate())
    await expect(callingOf(server.url)(order, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    expect(server.asked).toEqual([])
  })

  it('goes with a Basic header and no key in its address', async () => {
    const made = certificate()
    const server = await listening(ok, made)
    await trusting(made.cert, () =>
      callingOf(server.url)({ method: 'GET', path: 'orders', query: { per_page: '1' } }, never),
    )
    expect(server.asked).toMatchObject([
      {
        url: '/wp-json/wc/v3/orders?per_page=1',
        headers: { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` },
      },
    ])
  })
})

const ok: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('[]')
}

async function scene(listener: RequestListener, change: object = {}) {
  const server = await listening(listener)
  return { server, call: callingOf(server.url, change) }
}

async function callTo(listener: RequestListener, change: object = {}) {
  return (await scene(listener, change)).call
}

async function listening(...parameters: Parameters<typeof startLoopback>): Promise<Loopback> {
  const server = await startLoopback(...parameters)
  servers.push(server)
  return server
}

function callingOf(url: string, change: object = {}) {
  const entry = {
    id: 'bookshop',
    lms: 'campus',
    courseMode: 'verified',
    url,
    consumerKey: key,
    consumerSecret: secret,
    ...change,
  }
  return createRestCall(StoreConfig.parse(entry), {})
}

async function trusting<Result>(cert: string, run: () => Promise<Result>): Promise<Result> {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, cert])
  return run().finally(() => setDefaultCACertificates(before))
}
