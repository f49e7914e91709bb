import { createServer, type Server } from 'node:http'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import getRawBody from 'raw-body'
import { receiveWebhook, type WebhookParts } from './webhooks.ts'

/** Real order bodies are a few kilobytes; a hundred lines with metadata stay far below this. */
const largestBodyBytes = 256 * 1024

/** The public HTTP surface: one route, and a short answer for everything else. */
export function createIngressApp(parts: WebhookParts): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('trust proxy', false).set('case sensitive routing', true)
  app.use(helmet())
  app.route('/webhooks/:store').post(readBody, receiveWebhook(parts)).all(answer(405, 'only POST is answered here'))
  app.use(answer(404, 'nothing here'))
  app.use(answerError)
  return app
}

/**
 * A server that no sender can hold up: headers within 10 s, the whole request within 15 s, 16 KB of headers at most.
 */
export function createIngressServer(app: Express): Server {
  const limits = {
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16_384,
  }
  return createServer({ ...limits, keepAliveTimeout: 5000 }, app)
}

/**
 * Reads the raw bytes. A body that is too large is refused while it still comes, which Express's own parser is not: it
 * waits for the end. A compressed one is refused unread; no shop sends it.
 */
const readBody: RequestHandler = async (request, _response, next) => {
  if ((request.get('content-encoding') ?? 'identity') !== 'identity') throw Object.assign(new Error(), { status: 415 })
  const length = request.get('content-length') ?? null
  request.body = await getRawBody(request, { length, limit: largestBodyBytes })
  next()
}

function answer(status: number, text: string): RequestHandler {
  return (_, response) => void response.status(status).type('text/plain').send(`${text}\n`)
}

/** Says what was wrong with a request in the parser's status and our words: never a stack, never an echo. */
const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  const status = statusOf(error)
  response
    .status(status)
    .set('Connection', 'close')
    .type('text/plain')
    .send(`${reasons.get(status) ?? 'bad request'}\n`)
}

const reasons: ReadonlyMap<number, string> = new Map([
  [413, 'the body is too large'],
  [415, 'compressed bodies are not taken'],
  [500, 'internal error'],
])

function statusOf(error: unknown): number {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
