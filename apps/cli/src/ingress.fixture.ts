import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { startLoopback, type Loopback } from './loopback.fixture.ts'

/** Takes what a secret signed, and a shop's pings, as the ingress does. */
export function startTaker(secret: string): Promise<Loopback> {
  return startLoopback((request, response) => void take(secret, request, response))
}

async function take(secret: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request)
  const signature = createHmac('sha256', secret).update(body).digest('base64')
  const isPing = body.toString().startsWith('webhook_id=')
  response.writeHead(isPing || request.headers['x-wc-webhook-signature'] === signature ? 200 : 401).end()
}
