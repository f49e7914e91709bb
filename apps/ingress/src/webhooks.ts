import { randomBytes } from 'node:crypto'
import type { ChangeId, News } from '@seatkeeper/core'
import { newChange, type Acceptance } from '@seatkeeper/fulfilment'
import { isAuthentic, isPing, newsOf, type StoreWebhooks } from '@seatkeeper/woocommerce'
import type { Request, Response } from 'express'

/** What the webhook route needs: the stores it knows, and who keeps their news. */
export interface WebhookParts {
  readonly stores: readonly StoreWebhooks[]
  readonly accept: (news: News) => Promise<Acceptance>
  /** Told of every request, once, after it was answered. */
  readonly onAnswered: (answered: Answered) => void
}

/** How one request ended; names no order and no person. */
export interface Answered {
  /** The store, if one of that name is configured. */
  readonly store: string
  readonly status: number
  readonly result: Acceptance | 'ping' | 'refused' | 'unkept' | Extract<News, { kind: 'nothing' }>['why']
  /** What the news is known by from here on; missing where there was none. */
  readonly change?: ChangeId
  readonly durationMs: number
  /** What kept the ledger from keeping it. */
  readonly error?: unknown
}

/** A store nobody has: its secret is random, so an unknown name costs the same time as a wrong signature. */
const nobody: Pick<StoreWebhooks, 'id' | 'webhookSecrets'>['webhookSecrets'] = [randomBytes(32).toString('base64')]

/**
 * Answers `POST /webhooks/:store`: authenticate the raw bytes, read the news, accept it, answer 200.
 *
 * 401 for what no secret of the store signed; 503 if the ledger did not keep it; 200 for all else, whatever it says,
 * because a shop disables a webhook at the seventh refusal in a row and never sends anything twice.
 */
export function receiveWebhook({ stores, accept, onAnswered }: WebhookParts) {
  return async (request: Request, response: Response): Promise<void> => {
    const startedMs = performance.now()
    const store = stores.find(({ id }) => id === request.params['store'])
    const { result, ...judged } = await judge(request, store, accept)
    const status = statusOf(result)
    response.status(status).type('text/plain').send(`${result}\n`)
    const durationMs = Math.round(performance.now() - startedMs)
    onAnswered({ store: store?.id ?? 'unknown', status, result, durationMs, ...judged })
  }
}

type Judgement = Pick<Answered, 'result' | 'change' | 'error'>

async function judge(
  request: Request,
  store: StoreWebhooks | undefined,
  accept: WebhookParts['accept'],
): Promise<Judgement> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const contentType = request.get('content-type')
  if (isPing(body, contentType)) return { result: 'ping' }
  const signatures = request.headersDistinct['x-wc-webhook-signature']
  const isSigned = isAuthentic(body, signatures, store?.webhookSecrets ?? nobody)
  if (!isSigned || store === undefined) return { result: 'refused' }
  const news = newsOf({ body, contentType, topic: request.get('x-wc-webhook-topic') }, store)
  if (news.kind === 'nothing') return { result: news.why }
  const change = newChange()
  return inTime(accept({ ...news, change })).then(
    (result) => ({ result, change }),
    (error: unknown) => ({ result: 'unkept', change, error }),
  )
}

/** A shop waits for each answer before it sends the next; what is kept later than this is kept all the same. */
const answeredWithinMs = 1800

function inTime<Result>(accepting: Promise<Result>): Promise<Result> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('Redis did not keep it in time')), answeredWithinMs)
  return Promise.race([accepting, tooLate]).finally(() => clearTimeout(timer))
}

function statusOf(result: Answered['result']): number {
  if (result === 'refused') return 401
  return result === 'unkept' ? 503 : 200
}
