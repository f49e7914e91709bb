import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'

/** What a test's server was asked. */
export type AskedRequest = Pick<IncomingMessage, 'url' | 'headers'>

/** A server that answers as a test says, on this machine only. */
export interface Loopback {
  readonly url: string
  readonly asked: readonly AskedRequest[]
  /** Connections taken, whether kept or not. */
  readonly connections: () => number
  stop(): Promise<void>
}

/** Starts a server; over TLS if it is given a certificate. */
export async function startLoopback(
  listener: RequestListener,
  certificate?: { readonly key: string; readonly cert: string },
): Promise<Loopback> {
  const asked: AskedRequest[] = []
  const sockets = new Set<Socket>()
  const answer: RequestListener = (request, response) => {
    asked.push({ url: request.url, headers: request.headers })
    listener(request, response)
  }
  const server = certificate ? createHttpsServer(certificate, answer) : createHttpServer(answer)
  server.on('connection', (socket) => sockets.add(socket))
  const port = await listen(server)
  return {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    asked,
    connections: () => sockets.size,
    stop: () => close(server),
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a server without a port')
  return address.port
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
