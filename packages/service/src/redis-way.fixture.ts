import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

/** A TCP way to a Redis that listens on a unix socket; it can be tampered with. */
export interface RedisWay {
  readonly url: string
  /** Present connections stay open but carry nothing any more: half-open. New ones are sound. */
  goDead(): void
  close(): Promise<void>
}

/** Opens a way on a free port of the loopback; `rewrite` changes what Redis says. */
export async function openWay(socket: string, rewrite = (said: string) => said): Promise<RedisWay> {
  const ends = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = createConnection(socket)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      ends.add(from)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
    }
    client.on('data', (chunk) => upstream.write(chunk))
    upstream.on('data', (chunk) => client.write(rewrite(chunk.toString('latin1')), 'latin1'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    goDead: () => ends.forEach((end) => end.removeAllListeners('data').resume()),
    close: async () => {
      const closed = once(server.close(), 'close')
      ends.forEach((end) => end.destroy())
      await closed
    },
  }
}
