import { createServer, type RequestListener } from 'node:http'

/** A server of a test, on this machine only. */
export interface Loopback {
  readonly url: string
  readonly close: () => void
}

export async function startLoopback(listener: RequestListener): Promise<Loopback> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a server without a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
