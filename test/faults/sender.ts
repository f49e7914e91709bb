import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'

/** What the shop's side knows of one delivery: only a status line that was read counts as an acknowledgement. */
export interface Sent {
  readonly order: number
  /** Null where no answer came: whether the order was kept is unknown. */
  readonly status: number | null
  readonly tookMs: number
}

/** Posts signed bodies to one address over kept connections, as many at a time as its callers make. */
export interface Sender {
  send(order: number, body: string): Promise<Sent>
  close(): void
}

const longestWaitMs = 10_000

/** Without `keepAlive` every delivery has a connection of its own, as the shop's have. */
export function createSender(url: string, secret: string, { keepAlive = true } = {}): Sender {
  const agent = new Agent({ keepAlive })
  return {
    send: async (order, body) => {
      const startedMs = performance.now()
      const signature = createHmac('sha256', secret).update(body).digest('base64')
      const status = await post(url, body, { agent, signature })
      return { order, status, tookMs: performance.now() - startedMs }
    },
    close: () => agent.destroy(),
  }
}

function post(
  url: string,
  body: string,
  { agent, signature }: { agent: Agent; signature: string },
): Promise<number | null> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-wc-webhook-topic': 'order.updated',
      'x-wc-webhook-signature': signature,
    }
    const outgoing = request(url, { method: 'POST', agent, headers, timeout: longestWaitMs }, (answer) => {
      resolve(answer.statusCode ?? null)
      answer.resume()
    })
    outgoing.once('timeout', () => outgoing.destroy())
    outgoing.once('error', () => resolve(null))
    outgoing.end(body)
  })
}
