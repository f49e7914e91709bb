import { once } from 'node:events'
import { createConnection, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { createChannel, type Channel, type Pace } from './fault-channel.ts'

/** `up`: from who connects here to the target. `down`: back. */
export type Direction = 'up' | 'down'

/** Which connections, and which way; all of both unless given. */
export interface Where {
  readonly directions?: readonly Direction[]
  /** Chooses connections by the last kilobytes that they sent up: who sends BZPOPMIN is a blocking one of BullMQ. */
  readonly whose?: (lastSent: string) => boolean
}

/** A TCP proxy that hurts what goes through it. Faults begin and end at run time; what was swallowed stays lost. */
export interface FaultProxy {
  readonly port: number
  readonly url: (protocol: 'http' | 'redis') => string
  /** Connections that are open on the client's side. */
  readonly openConnections: () => number
  /** Delays, slices or slows what comes from now on, on open and new connections alike. */
  pace(pace: Pace, directions?: readonly Direction[]): void
  /**
   * Half-open: connections that are open now swallow all they are sent, ends included, and keep acknowledging it. New
   * ones are sound, unless `new` says that they are swallowed too. Gives how many it met.
   */
  blackHole(where?: Where & { readonly new?: boolean }): number
  /** Ends open connections with RST on both sides. Gives how many it met. */
  reset(where?: Pick<Where, 'whose'>): number
  /** Sends FIN one way on open connections; the other way stays open. */
  halfClose(direction: Direction, where?: Pick<Where, 'whose'>): void
  /** New connections are refused (ECONNREFUSED); open ones live on. */
  refuse(): void
  /** New connections are taken, and nothing is paced or swallowed from now on; dead connections stay dead. */
  heal(): Promise<void>
  /** Ends all connections. */
  close(): Promise<void>
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  readonly channels: Readonly<Record<Direction, Channel>>
  /** No end of one side is passed to the other. */
  isHalfOpen: boolean
  lastSent: string
}

const both: readonly Direction[] = ['up', 'down']
const rememberedBytes = 4096

/** Starts a proxy on a free port of 127.0.0.1. @param target a TCP address, or the path of a unix socket. */
export async function startFaultProxy(target: NetConnectOpts): Promise<FaultProxy> {
  const links = new Set<Link>()
  const paces: Record<Direction, Pace> = { up: {}, down: {} }
  let isSwallowingNew = false
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const link = connectThrough(client, createConnection({ ...target, allowHalfOpen: true }), paces)
    links.add(link)
    client.once('close', () => links.delete(link))
    if (isSwallowingNew) swallow(link, both)
  })
  const port = await listen(server, 0)
  const chosen = ({ whose }: Where) => [...links].filter(({ lastSent }) => whose?.(lastSent) ?? true)
  return {
    port,
    url: (protocol) => `${protocol}://127.0.0.1:${port}`,
    openConnections: () => links.size,
    pace: (pace, directions = both) => directions.forEach((direction) => (paces[direction] = pace)),
    blackHole: ({ new: andNew = false, directions = both, ...where } = {}) => {
      isSwallowingNew ||= andNew
      const met = chosen(where)
      met.forEach((link) => swallow(link, directions))
      return met.length
    },
    reset: (where = {}) => {
      const met = chosen(where)
      met.forEach((link) => [link.client, link.server].forEach(cut))
      return met.length
    },
    halfClose: (direction, where = {}) => chosen(where).forEach(({ channels }) => channels[direction].end()),
    refuse: () => void server.close(),
    heal: async () => {
      isSwallowingNew = false
      both.forEach((direction) => (paces[direction] = {}))
      if (!server.listening) await listen(server, port)
    },
    close: async () => {
      links.forEach((link) => [link.client, link.server].forEach((socket) => socket.destroy()))
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

/** `paces` is read anew for every piece. */
function connectThrough(client: Socket, server: Socket, paces: Readonly<Record<Direction, Pace>>): Link {
  const channels = {
    up: createChannel(client, server, () => paces.up),
    down: createChannel(server, client, () => paces.down),
  }
  const link: Link = { client, server, channels, isHalfOpen: false, lastSent: '' }
  client.on('data', (bytes) => {
    link.lastSent = (link.lastSent + bytes.toString('latin1')).slice(-rememberedBytes)
  })
  closeWith(client, server, link)
  closeWith(server, client, link)
  return link
}

function closeWith(one: Socket, other: Socket, link: Link): void {
  one.on('error', () => (link.isHalfOpen ? undefined : cut(other)))
  one.on('close', () => (link.isHalfOpen ? undefined : other.destroySoon()))
}

/** With RST; a unix socket knows none. */
function cut(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy()
  else socket.resetAndDestroy()
}

function swallow(link: Link, directions: readonly Direction[]): void {
  link.isHalfOpen = true
  directions.forEach((direction) => link.channels[direction].swallow())
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
