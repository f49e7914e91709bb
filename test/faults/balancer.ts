import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** One of those among whom connections are shared out. */
export interface Backend {
  readonly url: string
  readonly healthUrl: string
}

/** Shares out connections among whoever says that it is ready, in turn. */
export interface Balancer {
  readonly url: string
  readonly add: (backend: Backend) => void
  /** Connections that one of them refused, and another took. */
  readonly passedOn: () => number
  close(): Promise<void>
}

const asksEveryMs = 200

/** Knows nothing of a deployment: it asks for `/ready` again and again, and tries the next where a connection is refused. */
export async function startBalancer(): Promise<Balancer> {
  const backends = new Map<string, { readonly port: number; readonly healthUrl: string; isReady: boolean }>()
  const open = new Set<Socket>()
  const state = { turn: 0, passedOn: 0, isOver: false }

  const connect = (client: Socket, tried: readonly string[]) => {
    const ready = [...backends].filter(([url, { isReady }]) => isReady && !tried.includes(url))
    const chosen = ready[(state.turn += 1) % Math.max(1, ready.length)]
    if (chosen === undefined) {
      client.resetAndDestroy()
      return
    }
    const [url, { port }] = chosen
    const server = createConnection({ host: '127.0.0.1', port })
    server.once('connect', () => join(client, server))
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') {
        state.passedOn += 1
        connect(client, [...tried, url])
      } else client.resetAndDestroy()
    })
  }
  const listener = createServer({ pauseOnConnect: true }, (client) => {
    open.add(client)
    client.once('close', () => open.delete(client)).on('error', () => undefined)
    connect(client, [])
  })
  const ask = async () => {
    while (!state.isOver) {
      await Promise.all(
        [...backends.values()].map(async (backend) => {
          backend.isReady = await saysReady(backend.healthUrl)
        }),
      )
      await pause(asksEveryMs)
    }
  }
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const asking = ask()
  const address = listener.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    add: ({ url, healthUrl }) => {
      backends.set(url, { port: Number(new URL(url).port), healthUrl, isReady: true })
    },
    passedOn: () => state.passedOn,
    close: async () => {
      state.isOver = true
      for (const client of open) client.destroy()
      listener.close()
      await asking
    },
  }
}

function join(client: Socket, server: Socket): void {
  client.pipe(server)
  server.pipe(client)
  client.on('close', () => server.destroy()).resume()
  server.on('close', () => client.destroySoon())
}

async function saysReady(healthUrl: string): Promise<boolean> {
  return fetch(`${healthUrl}/ready`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )
}
