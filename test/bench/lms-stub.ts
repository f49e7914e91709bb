import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** An LMS that takes no time: everybody has an account and nobody an enrolment, until one is written. */
export interface LmsStub {
  readonly url: string
  /** When somebody's account was first asked for, by address; of `performance.now()`. */
  readonly firstCalls: ReadonlyMap<string, number>
  /** Enrolments written so far, and when the last one was. */
  enrolled(): { readonly count: number; readonly lastAtMs: number }
  close(): void
}

/** The least that our adapter calls: a token, accounts, and rows to read, alone and listed, and to write. */
export async function startLmsStub(): Promise<LmsStub> {
  const firstCalls = new Map<string, number>()
  const enrolled = { count: 0, lastAtMs: 0 }
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/oauth2/access_token') return send(response, token)
    if (pathname === '/api/user/v1/accounts') {
      const email = searchParams.get('email') ?? ''
      if (!firstCalls.has(email)) firstCalls.set(email, performance.now())
      return send(response, [{ id: 1, username: usernameOf(email), email }])
    }
    if (pathname === '/api/enrollment/v1/enrollments') return send(response, { next: null, results: [] })
    if (request.method === 'GET') return send(response, undefined)
    const row = await json(request)
    enrolled.count += 1
    enrolled.lastAtMs = performance.now()
    send(response, row)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    firstCalls,
    enrolled: () => ({ ...enrolled }),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const token = { access_token: 'header.payload.signature', token_type: 'JWT', expires_in: 3600, scope: 'read write' }

function usernameOf(email: string): string {
  return email.replace('@', '-at-')
}

/** The LMS says "no row" by 200 and an empty body. */
function send(response: ServerResponse, value: unknown): void {
  const body = value === undefined ? '' : JSON.stringify(value)
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body)
}
