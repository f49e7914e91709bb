import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { freePort } from '../e2e/free-port.ts'
import { until } from '../e2e/until.ts'

/** One of the servers that Sentinel looks after, spoken to directly. */
export interface WatchedServer {
  readonly port: number
  readonly server: EmbeddedRedis
  readonly admin: Redis
}

/** A primary with two replicas under three Sentinels, on the loopback. */
export interface RedisSentinel {
  readonly url: string
  /** Whom Sentinel calls the primary now. */
  primary(): Promise<WatchedServer>
  /** Until Sentinel calls another one the primary, and that one takes writes. */
  untilFailedOver(from: WatchedServer): Promise<void>
  /** Until this one follows the primary again. */
  untilFollowing(server: WatchedServer): Promise<void>
  stop(): Promise<void>
}

const name = 'seats'
const downAfterMs = 2000

export async function startRedisSentinel(): Promise<RedisSentinel> {
  const first = await startServer()
  const servers = [first, await startServer(first.port), await startServer(first.port)]
  await until('both replicas follow', async () => (await infoOf(first)).includes('connected_slaves:2'))
  const folder = await mkdtemp(join(tmpdir(), 'seatkeeper-sentinel-'))
  const sentinels = await Promise.all(
    [1, 2, 3].map((index) => startSentinel(join(folder, `${index}.conf`), first.port)),
  )
  const asked = new Redis({ port: sentinels[0]?.port ?? 0 })
  asked.on('error', () => undefined)
  await until('Sentinel knows all', async () => {
    const known = String(await asked.call('SENTINEL', 'MASTER', name))
    return known.includes('num-slaves,2') && known.includes('num-other-sentinels,2')
  })
  const primary = async () => {
    const [, port] = asList(await asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name))
    const found = servers.find((server) => server.port === Number(port))
    if (found === undefined) throw new Error(`nobody listens on port ${String(port)}`)
    return found
  }
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${name}`,
    primary,
    untilFailedOver: (from) =>
      until('another is the primary', async () => {
        const now = await primary()
        return now !== from && (await infoOf(now)).includes('role:master')
      }),
    untilFollowing: (server) =>
      until('it follows the primary', async () => {
        const info = await infoOf(server)
        return info.includes('role:slave') && info.includes('master_link_status:up')
      }),
    stop: async () => {
      for (const { admin } of [...servers, { admin: asked }]) admin.disconnect()
      await Promise.all([...sentinels, ...servers].map(({ server }) => server.stop()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function asList(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : []
}

async function startServer(primaryPort?: number): Promise<WatchedServer> {
  const port = await freePort()
  const follow = primaryPort === undefined ? [] : ['--replicaof', `127.0.0.1 ${primaryPort}`]
  const server = await startRedis({ arguments: ['--port', `${port}`, '--bind', '127.0.0.1', ...follow] })
  const admin = new Redis(server.url, { retryStrategy: () => 100, commandTimeout: 1000 })
  admin.on('error', () => undefined)
  return { port, server, admin }
}

async function startSentinel(configFile: string, primaryPort: number) {
  const port = await freePort()
  const lines = [
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 2`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 10000`,
  ]
  await writeFile(configFile, `${lines.join('\n')}\n`)
  const place = ['--sentinel', '--port', `${port}`, '--bind', '127.0.0.1']
  return { port, server: await startRedis({ configFile, arguments: place }) }
}

function infoOf({ admin }: WatchedServer): Promise<string> {
  return admin.info('replication').catch(() => '')
}
