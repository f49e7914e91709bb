import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { JobFailure } from '@seatkeeper/core'
import got, { type OptionsInit } from 'got'
import type { StoreAnswer } from './answers.ts'
import { authorizedCall, type SigningSources } from './authorized-call.ts'
import type { StoreConfig } from './config.ts'

/** GETs a path of the shop's REST API v3 and gives the answer, whatever it is. */
export type RestCall = (
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<StoreAnswer>

const largestBodyBytes = 5_000_000

/**
 * Makes calls to one shop over connections that are kept.
 *
 * Nothing is repeated, no redirect or `Link` followed, and the time limit covers the whole body. Without an answer a call
 * throws `JobFailure`: STORE_UNREACHABLE, or DEADLINE_PASSED once the caller has aborted. The cause of neither is passed
 * on: got's errors hold the address and headers of the call, and with them the key.
 */
export function createRestCall(config: StoreConfig, sources: SigningSources): RestCall {
  const agent = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  return async (path, query, signal) => {
    const { url, headers } = authorizedCall(config, path, query, sources)
    try {
      return await exchange(url, { headers, agent, signal, timeout: { request: config.callTimeoutMs } })
    } catch (thrown) {
      if (signal.aborted) throw new JobFailure('DEADLINE_PASSED', 'a call to the shop was aborted')
      throw new JobFailure('STORE_UNREACHABLE', `no answer from the shop (${reasonOf(thrown)})`)
    }
  }
}

async function exchange(url: string, options: OptionsInit): Promise<StoreAnswer> {
  const stream = got.stream(url, { ...options, retry: { limit: 0 }, followRedirect: false, throwHttpErrors: false })
  const { body, isCut } = await readBody(stream)
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

/** The code of a system or got error, such as `ECONNREFUSED`. Messages may quote the address. */
function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : 'unknown reason'
}
