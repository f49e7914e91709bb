import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { LmsConfig } from './config.ts'
import type { OpenedxTools } from './openedx.ts'
import { memoryTokenCache } from './token-cache.ts'

/** One call as the server saw it. */
export interface SeenCall {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Script = (response: ServerResponse, call: SeenCall, request: IncomingMessage) => void

/** A real server on the loopback that does as its script says, whatever that is; tokens it grants by itself. */
export interface ScriptedLms {
  readonly url: string
  readonly config: LmsConfig
  readonly calls: SeenCall[]
  /** Calls but those for tokens. */
  apiCalls(): readonly SeenCall[]
  tokenCalls(): readonly SeenCall[]
  connections(): number
  answerApi(script: Script): void
  answerTokens(script: Script): void
  close(): Promise<void>
}

/** Answers in JSON. */
export const sayJson =
  (status: number, value: unknown): Script =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }

/** Answers with a status and nothing else. */
export const sayNothing =
  (status: number): Script =>
  (response) => {
    response.writeHead(status).end()
  }

export const sayPage =
  (status: number): Script =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end('<html>An error page</html>')
  }

/** A page of the list of rows, and what comes after it. */
export const sayRows = (results: readonly object[], next: string | null = null): Script =>
  sayJson(200, { next, previous: null, results })

/** A row as the list has it. */
export const aListedRow = (changes: object = {}) => ({
  created: '2026-11-21T18:00:00.000000Z',
  user: 'alice',
  mode: 'verified',
  is_active: true,
  course_id: 'course-v1:Org+C1+R1',
  ...changes,
})

export const reset: Script = (_response, _call, request) => request.socket.resetAndDestroy()

/** Answers one call after the other; the last answer stays. */
export function inTurn(...scripts: readonly Script[]): Script {
  let turn = 0
  return (...args) => scripts[Math.min(turn++, scripts.length - 1)]?.(...args)
}

/** Grants `token-1`, `token-2`, … so that a test sees which one is used. */
export function grantTokens(expiresIn = 3600): Script {
  let granted = 0
  return (response, call, request) => {
    granted += 1
    const token = { access_token: `token-${granted}`, expires_in: expiresIn, token_type: 'JWT', scope: 'read' }
    sayJson(200, token)(response, call, request)
  }
}

export async function startScriptedLms(tls?: { readonly key: string; readonly cert: string }): Promise<ScriptedLms> {
  const calls: SeenCall[] = []
  let connections = 0
  let api: Script = sayNothing(404)
  let tokens: Script = grantTokens()
  const isForToken = ({ url }: SeenCall) => url.startsWith('/oauth2/access_token')

  const listener: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request
      const call = { method, url, headers, body }
      calls.push(call)
      return (isForToken(call) ? tokens : api)(response, call, request)
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.on('connection', () => (connections += 1))
  const url = await listen(server, tls === undefined ? 'http' : 'https')
  return {
    url,
    config: configFor(url),
    calls,
    apiCalls: () => calls.filter((call) => !isForToken(call)),
    tokenCalls: () => calls.filter(isForToken),
    connections: () => connections,
    answerApi: (script) => (api = script),
    answerTokens: (script) => (tokens = script),
    close: () => close(server),
  }
}

const clientSecret = 'a-secret-of-the-client'

/** What an adapter needs that shares nothing with anybody. */
export function toolsForOne(): OpenedxTools {
  return { tokens: () => memoryTokenCache(), budget: unlimitedCalls }
}

/** A configuration that is as patient as a busy machine needs it. */
export function configFor(url: string, callTimeoutMs = 10_000): LmsConfig {
  return {
    ...LmsConfig.parse({ id: 'campus', url: 'http://localhost', clientId: 'seatkeeper', clientSecret }),
    url,
    callTimeoutMs,
  }
}

async function listen(server: Server, protocol: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `${protocol}://127.0.0.1:${address.port}`
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
