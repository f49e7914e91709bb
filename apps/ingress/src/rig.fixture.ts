import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { createHmac } from 'node:crypto'
import { acceptNews } from '@seatkeeper/fulfilment'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps } from '@seatkeeper/queue'
import {
  closeRedis,
  connectRedis,
  createLogger,
  createMetrics,
  untilRedisReady,
  type RedisClient,
} from '@seatkeeper/service'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { policiesOf, IngressConfig, startIngress, type RunningIngress } from './index.ts'

/** A whole ingress on a Redis of its own, and what a sender or an attacker does to it. */
export interface Rig {
  readonly ingress: RunningIngress
  readonly server: EmbeddedRedis
  readonly redis: RedisClient
  readonly ledger: RedisLedger
  /** Everything logged so far. */
  logged(): string
  close(): Promise<void>
}

export const secret = 'whsec-example'

/** @param replicas how many must have what is answered 200, of the Redis `server`. */
export async function startRig(given: { server?: EmbeddedRedis; replicas?: number } = {}): Promise<Rig> {
  const server = given.server ?? (await startRedis())
  const stream = new PassThrough()
  const chunks: string[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  const log = createLogger('debug', { stream })
  const redis = connectRedis(server.url, 'ledger', log)
  await untilRedisReady(redis, 5000)
  const ledger = createLedger(redis, undefined, { replicas: given.replicas ?? 0 })
  const config = IngressConfig.parse({
    stores: [
      { id: 'shop', lms: 'campus', courseMode: 'verified', webhookSecrets: ['whsec-older', secret] },
      { id: 'other', lms: 'campus', courseMode: 'verified', webhookSecrets: ['whsec-of-the-other-store'] },
    ],
  })
  const onError = (error: unknown) => log.warn('queue.error', { error })
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError })
  const accept = acceptNews({
    ledger,
    policyOf: policiesOf(config),
    wake: (due) => wakeUps.wake(due),
    onWakeFailed: onError,
  })
  const ingress = await startIngress({ config, accept, host: '127.0.0.1', port: 0, log, metrics: createMetrics() })
  return {
    ingress,
    server,
    redis,
    ledger,
    logged: () => chunks.join(''),
    close: async () => {
      await ingress.close()
      await wakeUps.close()
      await closeRedis(redis)
      await server.stop()
    },
  }
}

export const sign = (body: string | Buffer, key = secret): string =>
  createHmac('sha256', key).update(body).digest('base64')

/** A paid order of one course, as a shop would send it, modified a moment ago. */
export function orderBody(change: Readonly<Record<string, unknown>> = {}): string {
  const moment = new Date(Date.now() - 5000).toISOString().slice(0, 19)
  return JSON.stringify({
    id: 32,
    status: 'processing',
    date_created_gmt: moment,
    date_modified_gmt: moment,
    total: '49.00',
    billing: { email: 'ada@example.org' },
    line_items: [{ id: 13, sku: 'course-v1:DemoU+CS101+2026', product_id: 10, variation_id: 0, quantity: 1 }],
    refunds: [],
    ...change,
  })
}

/** Posts a body as a shop does; headers given replace the usual ones. */
export function post(rig: Rig, body: string | Buffer, headers: Readonly<Record<string, string>> = {}, store = 'shop') {
  return fetch(`${rig.ingress.url}/webhooks/${store}`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'application/json', 'x-wc-webhook-topic': 'order.updated', ...headers },
  })
}

/** The same, rightly signed. */
export function postSigned(rig: Rig, body: string | Buffer, headers: Readonly<Record<string, string>> = {}) {
  return post(rig, body, { 'x-wc-webhook-signature': sign(body), ...headers })
}

/** Sends bytes as they are and gives all that comes back until the other side closes. */
export function sendRaw(rig: Rig, bytes: string): Promise<string> {
  const { port, hostname } = new URL(rig.ingress.url)
  return new Promise((resolve, reject) => {
    const answer: Buffer[] = []
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setTimeout(20_000, () => socket.destroy(new Error('the server kept the connection for 20 s')))
    socket.on('data', (chunk) => answer.push(chunk))
    socket.on('close', () => resolve(Buffer.concat(answer).toString()))
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)))
  })
}
