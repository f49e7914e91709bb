import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { until } from '../e2e/until.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'

/** A target that answers every piece with the same piece, and remembers. */
let target: Server
let proxy: FaultProxy
const atTarget: { sockets: Socket[]; pieces: string[]; ended: number; reset: number } = {
  sockets: [],
  pieces: [],
  ended: 0,
  reset: 0,
}

beforeEach(async () => {
  Object.assign(atTarget, { sockets: [], pieces: [], ended: 0, reset: 0 })
  target = createServer({ allowHalfOpen: true }, (socket) => {
    atTarget.sockets.push(socket)
    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => {
      atTarget.pieces.push(piece)
      socket.write(piece)
    })
    socket.on('end', () => (atTarget.ended += 1))
    socket.on('error', () => (atTarget.reset += 1))
  })
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  const address = target.address()
  if (typeof address !== 'object' || address === null) throw new Error('the target has no port')
  proxy = await startFaultProxy({ host: '127.0.0.1', port: address.port })
})

afterEach(async () => {
  await proxy.close()
  atTarget.sockets.forEach((socket) => socket.destroy())
  target.close()
})

interface Visitor {
  readonly socket: Socket
  heard: string
  hasEnded: boolean
  error: string | null
}

async function visit(): Promise<Visitor> {
  const socket = createConnection({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  const visitor: Visitor = { socket, heard: '', hasEnded: false, error: null }
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => (visitor.heard += piece))
  socket.on('end', () => (visitor.hasEnded = true))
  socket.on('error', (error: NodeJS.ErrnoException) => (visitor.error = error.code ?? error.message))
  await until('it is connected or refused', () => visitor.error !== null || !socket.connecting)
  return visitor
}

async function say(visitor: Visitor, text: string): Promise<void> {
  visitor.socket.write(text)
  await until(`${text} comes back`, () => visitor.heard.endsWith(text), { withinMs: 5000 })
}

describe('startFaultProxy', () => {
  it('passes bytes and both ends while nothing is injected', async () => {
    const visitor = await visit()
    await say(visitor, 'a'.repeat(300_000))
    visitor.socket.end()
    await until('the target sees the end', () => atTarget.ended === 1)
    atTarget.sockets[0]?.end('last words')
    await until('the visitor sees the end', () => visitor.hasEnded)
    expect(visitor.heard.endsWith('last words')).toBe(true)
    await until('the connection is gone', () => proxy.openConnections() === 0)
  })

  it('delays one way only, keeps the order under jitter, and stops at once', async () => {
    const visitor = await visit()
    proxy.pace({ latencyMs: 1000, jitterMs: 50 }, ['down'])
    const startedMs = performance.now()
    visitor.socket.write('one ')
    await until('it is at the target', () => atTarget.pieces.length === 1)
    for (const word of ['two ', 'three ', 'four']) visitor.socket.write(word)
    await until('all came back', () => visitor.heard === 'one two three four')
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(999)
    await proxy.heal()
    const healedMs = performance.now()
    await say(visitor, 'five')
    expect(performance.now() - healedMs).toBeLessThan(1000)
  })

  it('cuts what passes into small slices, one by one', async () => {
    const visitor = await visit()
    proxy.pace({ sliceBytes: 3, pauseMs: 20 }, ['up'])
    await say(visitor, 'abcdefghij')
    expect(atTarget.pieces).toEqual(['abc', 'def', 'ghi', 'j'])
  })

  it('makes open connections half-open: all is taken, nothing arrives, nobody hears of it; new ones are sound', async () => {
    const dead = await visit()
    await say(dead, 'hello')
    expect(proxy.blackHole()).toBe(1)
    const flushed = new Promise((resolve) => dead.socket.write('x'.repeat(5_000_000), resolve))
    await flushed
    atTarget.sockets[0]?.end('nobody hears this')
    await say(await visit(), 'sound')
    expect(dead).toMatchObject({ heard: 'hello', hasEnded: false, error: null })
    expect(atTarget.pieces.join('')).toBe('hellosound')
    dead.socket.destroy()
    await say(await visit(), 'still')
    expect(atTarget).toMatchObject({ ended: 0, reset: 0 })
  })

  it('swallows new connections too where asked, until it heals', async () => {
    proxy.blackHole({ new: true })
    const dead = await visit()
    dead.socket.write('lost')
    await proxy.heal()
    await say(await visit(), 'sound')
    expect(atTarget.pieces).toEqual(['sound'])
  })

  it('chooses connections by what they sent', async () => {
    const [blocking, other] = [await visit(), await visit()]
    await say(blocking, 'BZPOPMIN')
    await say(other, 'PING')
    expect(proxy.blackHole({ whose: (sent) => sent.includes('BZPOPMIN') })).toBe(1)
    blocking.socket.write('lost')
    await say(other, 'again')
    expect(atTarget.pieces).toEqual(['BZPOPMIN', 'PING', 'again'])
  })

  it('swallows one way only', async () => {
    const visitor = await visit()
    await say(visitor, 'hello')
    proxy.blackHole({ directions: ['down'] })
    visitor.socket.write('there')
    await until('it arrives', () => atTarget.pieces.length === 2)
    await say(await visit(), 'sound')
    expect(visitor.heard).toBe('hello')
  })

  it('resets both sides', async () => {
    const visitor = await visit()
    await say(visitor, 'hello')
    expect(proxy.reset()).toBe(1)
    await until('both heard', () => visitor.error === 'ECONNRESET' && atTarget.reset === 1)
  })

  it('closes one way and leaves the other open', async () => {
    const visitor = await visit()
    await say(visitor, 'hello')
    proxy.halfClose('down')
    await until('the end is heard', () => visitor.hasEnded)
    visitor.socket.write('there')
    await until('it arrives all the same', () => atTarget.pieces.length === 2)
    expect(atTarget.pieces).toEqual(['hello', 'there'])
  })

  it('refuses new connections, keeps open ones, and takes new ones at the same port once healed', async () => {
    const before = await visit()
    proxy.refuse()
    expect((await visit()).error).toBe('ECONNREFUSED')
    await say(before, 'hello')
    await proxy.heal()
    await say(await visit(), 'again')
  })

  it('goes to a unix socket as well, and tells who comes that nobody listens there', async () => {
    const nowhere = await startFaultProxy({ path: '/nowhere/redis.sock' })
    const socket = createConnection({ port: nowhere.port, host: '127.0.0.1' })
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
    await nowhere.close()
  })

  it('resets whoever comes while the target is away', async () => {
    atTarget.sockets.forEach((socket) => socket.destroy())
    target.close()
    const visitor = await visit()
    await until('the visitor is told', () => visitor.error !== null || visitor.hasEnded)
    expect(visitor.error).toBe('ECONNRESET')
  })
})
