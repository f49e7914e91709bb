import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from '@jest/globals'
import { burst, wholeAnswer } from './load.ts'
import { makeOrders, requestOf } from './orders.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>

async function listen(answer: Answering) {
  let connections = 0
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  server.on('connection', () => (connections += 1))
  await once(server, 'listening')
  closing.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections }
}

describe('burst', () => {
  it('sends every request once, over as many connections as it was told', async () => {
    const orders = makeOrders('oneCourse', 40)
    const bodies: string[] = []
    const { url, connections } = await listen(async (request, response) => {
      bodies.push(await text(request))
      response.writeHead(202, { 'Content-Length': 2 }).end('ok')
    })
    const { answered, seconds } = await burst(url, orders.map(requestOf), { connections: 4, status: 202 })
    expect(answered).toBe(40)
    expect(seconds).toBeGreaterThan(0)
    expect(bodies.toSorted()).toEqual(orders.map(({ body }) => body.toString()).toSorted())
    expect(connections()).toBe(4)
  })

  it('counts no answer but the one that was asked for', async () => {
    const { url } = await listen(async (_, response) => void response.writeHead(503, { 'Content-Length': 0 }).end())
    const requests = makeOrders('oneCourse', 3).map(requestOf)
    await expect(burst(url, requests, { connections: 1, status: 200 })).rejects.toThrow('answered 503')
  })
})

describe('wholeAnswer', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'

  it.each([
    ['half a head', head.slice(0, 20), undefined],
    ['half a body', `${head}app`, undefined],
    ['all of it', `${head}apply`, 200],
  ])('given %s', (_, answer, status) => expect(wholeAnswer(answer)).toBe(status))
})
