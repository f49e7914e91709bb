import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createHttpClient, type HttpCall } from './http-client.ts'
import { sayJson, sayNothing, startScriptedLms, type Script, type ScriptedLms } from './scripted-lms.fixture.ts'
import { selfSigned } from './self-signed.fixture.ts'

const megabyte = 1_000_000
const sayPacked =
  (body: Buffer): Script =>
  (response) =>
    void response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)

describe('createHttpClient', () => {
  let lms: ScriptedLms
  const send = createHttpClient({ timeoutMs: 10_000 })
  const hurried = createHttpClient({ timeoutMs: 1500 })
  const get = (): HttpCall => ({ method: 'GET', url: `${lms.url}/x`, headers: {} })
  const post = (): HttpCall => ({
    ...get(),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })

  beforeEach(async () => {
    lms = await startScriptedLms()
  })
  afterEach(() => lms.close())

  it('gives status, media type, Retry-After and body as they came', async () => {
    lms.answerApi((response) => {
      response.writeHead(429, { 'content-type': 'Application/JSON; charset=utf-8', 'retry-after': '38' }).end('{"é":1}')
    })
    expect(await send(get())).toEqual({
      kind: 'answered',
      answer: { status: 429, mediaType: 'application/json', retryAfter: '38', body: '{"é":1}' },
    })
    expect(lms.calls[0]?.headers).toMatchObject({ accept: 'application/json', 'user-agent': 'seatkeeper' })
  })

  it('takes an answer without a body or media type', async () => {
    lms.answerApi(sayNothing(200))
    expect(await send(get())).toMatchObject({ kind: 'answered', answer: { status: 200, mediaType: '', body: '' } })
  })

  it('sends a body with DELETE', async () => {
    lms.answerApi(sayNothing(204))
    await send({ ...post(), method: 'DELETE', body: '{"email":"a@example.org"}' })
    expect(lms.calls).toMatchObject([{ method: 'DELETE', body: '{"email":"a@example.org"}' }])
  })

  it('runs into one dead connection only, however many idle', async () => {
    const waiting: ServerResponse[] = []
    lms.answerApi((response) => {
      waiting.push(response)
      if (waiting.length === 3) waiting.forEach((one) => one.end('{}'))
    })
    await Promise.all(Array.from({ length: 3 }, () => hurried(get())))
    const dead = lms.connections()
    lms.answerApi((response) => void (lms.connections() > dead ? response.end('{}') : undefined))
    expect(await hurried(get())).toMatchObject({ kind: 'lost', why: 'ETIMEDOUT' })
    expect(await hurried(get())).toMatchObject({ kind: 'answered' })
  })

  it('follows no redirect and repeats nothing', async () => {
    lms.answerApi((response) => {
      response.writeHead(301, { location: `${lms.url}/elsewhere` }).end()
    })
    expect(await send(post())).toMatchObject({ kind: 'answered', answer: { status: 301 } })
    lms.answerApi(sayNothing(503))
    await send(get())
    expect(lms.calls.map(({ url }) => url)).toEqual(['/x', '/x'])
  })

  it('gives up when the answer does not begin in time', async () => {
    lms.answerApi(() => {})
    expect(await hurried(post())).toEqual({ kind: 'lost', sent: true, why: 'ETIMEDOUT' })
  })

  it('gives up when the answer does not end in time, though bytes keep coming', async () => {
    lms.answerApi((response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    expect(await hurried(get())).toEqual({ kind: 'lost', sent: true, why: 'ETIMEDOUT' })
  })

  it('knows that a refused connection carried nothing', async () => {
    const call = post()
    await lms.close()
    expect(await send(call)).toEqual({ kind: 'lost', sent: false, why: 'ECONNREFUSED' })
  })

  it('knows that a host without an address got nothing', async () => {
    const fate = await send({ ...post(), url: 'http://lms.invalid/x' })
    expect(fate).toMatchObject({ kind: 'lost', sent: false })
  })

  it('refuses a certificate nobody vouches for before anything is sent', async () => {
    const secure = await startScriptedLms(selfSigned)
    try {
      const fate = await send({ ...post(), url: secure.url })
      expect(fate).toEqual({ kind: 'lost', sent: false, why: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
      expect(secure.calls).toEqual([])
    } finally {
      await secure.close()
    }
  })

  it('knows that a call may have arrived when the connection is reset', async () => {
    lms.answerApi((_response, _call, request) => request.socket.resetAndDestroy())
    expect(await send(post())).toEqual({ kind: 'lost', sent: true, why: 'ECONNRESET' })
  })

  it('knows that a call may have arrived when a kept connection is reset', async () => {
    lms.answerApi(sayNothing(200))
    await send(get())
    lms.answerApi((_response, _call, request) => request.socket.resetAndDestroy())
    expect(await send(post())).toMatchObject({ kind: 'lost', sent: true })
    expect(lms.connections()).toBe(1)
  })

  it('takes no part of an answer for the whole', async () => {
    lms.answerApi((response, _call, request) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"mode":"honor"}', () => request.socket.destroy())
    })
    expect(await send(get())).toMatchObject({ kind: 'lost', sent: true })
  })

  it('takes an answer of a megabyte and cuts off a larger one', async () => {
    lms.answerApi((response) => void response.end('x'.repeat(megabyte)))
    expect(await send(get())).toMatchObject({ kind: 'answered' })
    lms.answerApi((response) => void response.end('x'.repeat(megabyte + 1)))
    expect(await send(get())).toEqual({ kind: 'lost', sent: true, why: 'ANSWER_TOO_LARGE' })
  })

  it('unpacks gzip and cuts off what unpacks into too much', async () => {
    // What was packed in parts is unpacked as one.
    const part = gzipSync(' '.repeat(megabyte))
    const bomb = Buffer.concat(Array.from({ length: 200 }, () => part))
    lms.answerApi(sayPacked(gzipSync('{"a":1}')))
    expect(await send(get())).toMatchObject({ answer: { body: '{"a":1}' } })
    expect(bomb.length).toBeLessThan(megabyte / 2)
    lms.answerApi(sayPacked(bomb))
    const before = process.memoryUsage().rss
    expect(await send(get())).toEqual({ kind: 'lost', sent: true, why: 'ANSWER_TOO_LARGE' })
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * megabyte)
  })

  it('takes broken gzip for no answer', async () => {
    lms.answerApi(sayPacked(Buffer.from('no gzip')))
    expect(await send(get())).toMatchObject({ kind: 'lost', sent: true })
  })

  it('uses one connection again and again', async () => {
    lms.answerApi(sayJson(200, {}))
    for (let count = 0; count < 5; count += 1) await send(get())
    expect(lms.connections()).toBe(1)
  })

  it('stops when its caller gives up', async () => {
    const caller = new AbortController()
    lms.answerApi(() => caller.abort())
    expect(await send(post(), caller.signal)).toMatchObject({ kind: 'lost', sent: true, why: 'ERR_ABORTED' })
    expect(await send(post(), caller.signal)).toMatchObject({ kind: 'lost', sent: false })
    expect(lms.calls).toHaveLength(1)
  })

  it('concerns nobody any more once it is over, even if the LMS answered before it had read everything', async () => {
    const early = createServer((_, response) => void response.writeHead(200).end('{}'))
    await once(early.listen(0, '127.0.0.1'), 'listening')
    const caller = new AbortController()
    const crashes: unknown[] = []
    const note = (error: unknown) => void crashes.push(error)
    try {
      const url = `http://127.0.0.1:${(early.address() as AddressInfo).port}/x`
      const long = { ...post(), url, body: 'x'.repeat(20_000_000) }
      expect(await createHttpClient({ timeoutMs: 20_000 })(long, caller.signal)).toMatchObject({ kind: 'answered' })
      process.on('uncaughtException', note)
      caller.abort(new DOMException('too late', 'TimeoutError'))
      await new Promise((resolve) => setImmediate(resolve))
    } finally {
      process.off('uncaughtException', note)
      early.closeAllConnections()
      await new Promise((resolve) => early.close(resolve))
    }
    expect(crashes).toEqual([])
  })
})
