import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** What arrived at a receiver, as it arrived. */
export interface Received {
  readonly rawHeaders: readonly string[]
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** A real HTTP receiver of webhooks. */
export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** What is answered from now on; a promise holds the answer back. */
  answer: (request: Received) => number | Promise<number>
  stop(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const receive = async () => {
      const { rawHeaders, headers } = request
      const arrived = { rawHeaders, headers, body: await buffer(request) }
      received.push(arrived)
      response.writeHead(await receiver.answer(arrived)).end()
    }
    receive().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  const receiver: Receiver = {
    url: `http://127.0.0.1:${address.port}/hooks/woocommerce`,
    received,
    answer: () => 200,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return receiver
}
