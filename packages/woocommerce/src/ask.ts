import { JobFailure, type OnRequest } from '@seatkeeper/core'
import type { z } from 'zod'
import { failureOf, meaningOf } from './answers.ts'
import { basicToken, type RestRequest, type SigningSources } from './authorized-call.ts'
import { createCallRate, windowOf } from './call-rate.ts'
import type { StoreConfig } from './config.ts'
import { endpoints, type Endpoint } from './endpoint.ts'
import { createRestCall } from './rest-call.ts'
import { tellOfRequest } from './told-requests.ts'

/** One thing asked of a shop. */
export interface Question extends Omit<RestRequest, 'method'> {
  readonly endpoint: Endpoint
}

/** What is there; `absent` where the shop says that it is not. */
export type Found = { readonly kind: 'content'; readonly content: unknown } | { readonly kind: 'absent' }

/** Asks a shop once, when its turn has come. Throws `JobFailure` for everything but content and absence. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Found>

/** What asking needs from outside, all of it optional. */
export interface AskTools extends SigningSources {
  readonly onRequest?: OnRequest
}

/** Asks one shop over its REST API v3, within the limit of its calls. */
export function createAsk(config: StoreConfig, sources: AskTools): Ask {
  const { onRequest } = sources
  const call = createRestCall(config, sources)
  const mayCall = createCallRate(windowOf(config.callsPerMinute))
  const credentials = [config.consumerKey, config.consumerSecret, basicToken(config)]
  const nowMs = sources.nowMs ?? Date.now
  return async ({ endpoint, ...request }, signal) => {
    await mayCall(signal)
    const make = () => call({ ...request, method: endpoints[endpoint].method }, signal)
    const asked = { endpoint, path: request.path }
    const answer = await (onRequest === undefined ? make() : tellOfRequest(asked, onRequest, make))
    const meaning = meaningOf(endpoint, answer)
    if (meaning.kind !== 'failure') return meaning
    throw failureOf(meaning.code, answer, credentials, nowMs())
  }
}

/** What the shop gave, in the shape we rely on. @throws JobFailure STORE_ANSWER_UNREADABLE naming the place, never a value. */
export function shaped<Schema extends z.ZodType>(schema: Schema, content: unknown): z.output<Schema> {
  const result = schema.safeParse(content)
  if (result.success) return result.data
  throw unreadable(`unknown shape at ${result.error.issues[0]?.path.join('.') || 'the top'}`)
}

/** The same of something that has to be there. @throws JobFailure STORE_ERROR if it is not. */
export function shapedIfThere<Schema extends z.ZodType>(schema: Schema, found: Found): z.output<Schema> {
  if (found.kind === 'content') return shaped(schema, found.content)
  throw new JobFailure('STORE_ERROR', 'what was asked about is not there any more')
}

/** The shop said something that we cannot use. `why` names nobody. */
export function unreadable(why: string): JobFailure {
  return new JobFailure('STORE_ANSWER_UNREADABLE', why)
}
