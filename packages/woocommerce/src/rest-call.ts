import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { JobFailure } from '@seatkeeper/core'
import got, { type OptionsInit, type Request } from 'got'
import type { StoreAnswer } from './answers.ts'
import { authorizedCall, type RestRequest, type SigningSources } from './authorized-call.ts'
import type { StoreConfig } from './config.ts'

/** Makes a call of the shop's REST API v3 and gives the answer, whatever it is. */
export type RestCall = (request: RestRequest, signal: AbortSignal) => Promise<StoreAnswer>

const largestBodyBytes = 5_000_000

/**
 * Makes calls to one shop over connections that are kept.
 *
 * Nothing is repeated, no redirect or `Link` followed, and the time limit covers the whole body. Without an answer a call
 * throws `JobFailure`: DEADLINE_PASSED once the caller has aborted; STORE_ERROR for a write that the shop may have got;
 * else STORE_UNREACHABLE. No cause is passed on: got's errors hold the address and headers of the call, and with them
 * the key.
 */
export function createRestCall(config: StoreConfig, sources: SigningSources): RestCall {
  const agent = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  return async (request, signal) => {
    const { url, headers } = authorizedCall(config, request, sources)
    const options = { ...contentOf(request, headers), agent, signal, timeout: { request: config.callTimeoutMs } }
    const stream = got.stream(url, { ...options, retry: { limit: 0 }, followRedirect: false, throwHttpErrors: false })
    // Got goes on listening to the signal of a change that was answered before it was sent whole. What comes of that
    // later concerns nobody, and without a listener it would end the process.
    stream.on('error', () => undefined)
    try {
      return await readAnswer(stream)
    } catch (thrown) {
      Object.values(agent).forEach(dropIdle)
      if (signal.aborted) throw new JobFailure('DEADLINE_PASSED', 'a call to the shop was aborted')
      if (request.method === 'GET' || !wasSent(stream, url))
        throw new JobFailure('STORE_UNREACHABLE', `no answer from the shop (${reasonOf(thrown)})`)
      throw new JobFailure('STORE_ERROR', `no answer to a change at the shop (${reasonOf(thrown)})`)
    }
  }
}

/** What one call did not survive, the connections that idle beside it may not have survived either. */
function dropIdle({ freeSockets }: HttpAgent | HttpsAgent): void {
  for (const sockets of Object.values(freeSockets)) sockets?.forEach((socket) => socket.destroy())
}

function contentOf({ method, body }: RestRequest, headers: Readonly<Record<string, string>>): OptionsInit {
  if (body === undefined) return { method, headers }
  return { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

async function readAnswer(stream: Request): Promise<StoreAnswer> {
  const { body, isCut } = await readBody(stream as AsyncIterable<Buffer>)
  if (stream.response === undefined) throw new Error('a body without an answer')
  const { statusCode, headers } = stream.response
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return { status: statusCode, mediaType, retryAfter: headers['retry-after'], body, isCut }
}

/** Counts unpacked bytes, so a small packed body cannot grow without bound. Leaving the loop ends the connection. */
async function readBody(stream: AsyncIterable<Buffer>): Promise<{ readonly body: string; readonly isCut: boolean }> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > largestBodyBytes) return { body: Buffer.concat(chunks).toString(), isCut: true }
    chunks.push(chunk)
  }
  return { body: Buffer.concat(chunks).toString(), isCut: false }
}

/** Nothing of a call leaves before its connection stands, with TLS where there is TLS. */
function wasSent({ timings }: Request, url: string): boolean {
  return (url.startsWith('https:') ? timings?.secureConnect : timings?.connect) !== undefined
}

/** The code of a system or got error, such as `ECONNREFUSED`. Messages may quote the address. */
function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : 'unknown reason'
}
