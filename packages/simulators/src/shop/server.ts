import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RestFault, RestFaults } from './faults.ts'
import { phpJson } from './php-json.ts'
import type { Answer } from './rest/answer.ts'
import type { RestCall } from './rest/call.ts'

/** Path of the REST base below the home address. */
export const restBase = '/wp-json/wc/v3'

export interface ShopServer {
  readonly port: number
  close(): Promise<void>
}

/** Serves the REST API on the loopback address, through whatever faults are planned. Port 0 takes a free one. */
export async function startServer(
  port: number,
  answer: (call: RestCall) => Promise<Answer>,
  faults: RestFaults,
): Promise<ShopServer> {
  const server = createServer((request, response) => {
    serve(request, response, { answer, faults }).catch(() => response.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the shop has no port')
  return {
    port: address.port,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

interface Serving {
  readonly answer: (call: RestCall) => Promise<Answer>
  readonly faults: RestFaults
}

async function serve(request: IncomingMessage, response: ServerResponse, { answer, faults }: Serving): Promise<void> {
  const call = await read(request)
  if (call === undefined) return page(response, 404)
  const fault = faults.take(call.method, call.path)
  if (fault?.kind === 'reset') return void request.socket.resetAndDestroy()
  if (fault?.kind === 'page') return page(response, fault.status, retryAfter(fault))
  if (fault?.kind === 'hook') fault.run(call)
  if (fault?.kind === 'delay') await sleep(fault.delayMs, undefined, { ref: false })
  const { status, body, headers } = await answer(call)
  if (fault?.kind === 'lose-answer') return void request.socket.resetAndDestroy()
  response.writeHead(status, { ...jsonHeaders, ...headers })
  response.end(phpJson(body))
}

const jsonHeaders = {
  'Content-Type': 'application/json; charset=UTF-8',
  'X-Robots-Tag': 'noindex',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache, must-revalidate, max-age=0, no-store, private',
}

/** The call, or undefined if it is not for the REST API. */
async function read(request: IncomingMessage): Promise<RestCall | undefined> {
  const body = await buffer(request)
  const { pathname: fullPath, searchParams: query } = new URL(request.url ?? '/', 'http://shop')
  if (!fullPath.startsWith(`${restBase}/`)) return undefined
  const path = fullPath.slice(restBase.length)
  const { method = 'GET', headers } = request
  return { method, path, fullPath, query, authorization: headers.authorization, body }
}

/** A web page where JSON is due. */
function page(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=UTF-8', ...headers })
  response.end(`<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`)
}

function retryAfter({ retryAfterSeconds }: Extract<RestFault, { kind: 'page' }>): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }
}
