import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { suffer, type LmsFault, type Sent, type TakeFaults } from './faults.ts'
import type { Answer, Call } from './http.ts'
import { routeOf, serve, type LmsRoute } from './routes.ts'
import type { LmsState } from './state.ts'
import type { Throttle } from './throttle.ts'

/** One request that arrived. Holds no query, header or body: those carry addresses and secrets. */
export interface LmsJournalEntry {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly route: LmsRoute
  /** `reset` if the connection was broken instead of answered. */
  readonly status: number | 'reset'
  /** The service user; undefined if none was recognised. */
  readonly username: string | undefined
  readonly faults: readonly LmsFault['kind'][]
}

/** What the server serves with. */
export interface Site {
  readonly lms: LmsState
  readonly throttle: Throttle
  readonly takeFaults: TakeFaults
  readonly journal: LmsJournalEntry[]
}

/** Listens on the loopback address; port 0 takes a free one. */
export async function listen(site: Site, port: number): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const stopping = new AbortController()
  const server = createServer((request, response) => {
    void answerRequest(site, request, response, stopping.signal).catch(() => response.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`
  const stop = async () => {
    if (!server.listening) return
    stopping.abort()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { url, stop }
}

async function answerRequest(site: Site, request: IncomingMessage, response: ServerResponse, stopped: AbortSignal) {
  const { lms, throttle, takeFaults, journal } = site
  const call = await readCall(request, lms.url)
  const route = routeOf(lms, call)
  const faults = takeFaults(route)
  const plain = async (): Promise<Sent> => serve(lms, throttle, call)
  const sent = await faults.reduceRight(
    (next, fault) => () => suffer(fault, { call, url: lms.url, stopped }, next),
    plain,
  )()
  const { method, path } = call
  const status = sent === 'reset' ? sent : sent.answer.status
  const username = sent === 'reset' ? undefined : sent.username
  journal.push({ atMs: lms.nowMs(), method, path, route, status, username, faults: faults.map(({ kind }) => kind) })
  if (sent === 'reset') response.destroy()
  else send(response, sent.answer)
}

async function readCall(request: IncomingMessage, base: string): Promise<Call> {
  const { pathname, searchParams } = new URL(request.url ?? '/', base)
  const { method = 'GET', headers, socket } = request
  const body = await text(request)
  return { method, path: decode(pathname), query: searchParams, headers, body, address: socket.remoteAddress ?? '' }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
