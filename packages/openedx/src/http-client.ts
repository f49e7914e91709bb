import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { HttpAnswer } from '@seatkeeper/core'
import got, { RequestError, type Request } from 'got'

/** One call, and only one: nothing is repeated and no redirect is followed. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Needed for POST and DELETE. */
  readonly body?: string
}

/**
 * What became of a call. `lost`: there is no whole answer, and `sent` says whether the other side may have got the call.
 *
 * `why` is an error's code, such as ECONNREFUSED. The errors themselves go no further: they carry headers and addresses.
 */
export type Fate =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  | { readonly kind: 'lost'; readonly sent: boolean; readonly why: string }

/** Makes one call; never throws. Without a signal nobody can give it up before its time is out. */
export type Send = (call: HttpCall, signal?: AbortSignal) => Promise<Fate>

const largestAnswerBytes = 1_000_000
/** Shorter than what servers and proxies usually allow, so that we seldom write into a connection they are closing. */
const idleConnectionMs = 15_000

/**
 * A client with connections of its own. `timeoutMs` is for a whole call, its answer's last byte included.
 *
 * What one call did not survive, the connections that idle beside it may not have survived either: they are dropped, so that
 * calls do not run into one dead connection after the other.
 */
export function createHttpClient({ timeoutMs }: { readonly timeoutMs: number }): Send {
  const pool = { keepAlive: true, timeout: idleConnectionMs }
  const agent = { http: new HttpAgent(pool), https: new HttpsAgent({ ...pool, rejectUnauthorized: true }) }
  const client = got.extend({
    agent,
    https: { rejectUnauthorized: true },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    timeout: { request: timeoutMs },
    headers: { 'user-agent': 'seatkeeper', accept: 'application/json' },
  })
  return async ({ url, ...call }, signal) => {
    const stream = client.stream(url, signal === undefined ? call : { ...call, signal })
    // Got goes on listening to the signal of a write that was answered before it was sent whole. What comes of that
    // later concerns nobody, and without a listener it would end the process.
    stream.on('error', () => undefined)
    try {
      return { kind: 'answered', answer: await readAnswer(stream) }
    } catch (thrown) {
      Object.values(agent).forEach(dropIdle)
      return { kind: 'lost', sent: wasSent(stream, url), why: codeOf(thrown) }
    }
  }
}

function dropIdle({ freeSockets }: HttpAgent | HttpsAgent): void {
  for (const sockets of Object.values(freeSockets)) sockets?.forEach((socket) => socket.destroy())
}

class AnswerTooLarge extends Error {
  readonly code = 'ANSWER_TOO_LARGE'
}

/** Counts bytes as they are unpacked, so that a small answer which unpacks into a huge one is cut off just the same. */
async function readAnswer(stream: Request): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > largestAnswerBytes) throw new AnswerTooLarge()
    chunks.push(chunk)
  }
  const { statusCode: status = 0, headers = {} } = stream.response ?? {}
  return {
    status,
    mediaType: (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    retryAfter: headers['retry-after'],
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** Nothing of a call leaves before its connection stands, with TLS where there is TLS. */
function wasSent({ timings }: Request, url: string): boolean {
  return (url.startsWith('https:') ? timings?.secureConnect : timings?.connect) !== undefined
}

function codeOf(thrown: unknown): string {
  return thrown instanceof RequestError || thrown instanceof AnswerTooLarge ? thrown.code : 'unforeseen'
}
