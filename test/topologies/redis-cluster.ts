import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { until } from '../e2e/until.ts'
import { freeClusterPort } from './free-cluster-port.ts'

/** One node of a Cluster, spoken to directly. */
export interface ClusterServer {
  readonly port: number
  readonly server: EmbeddedRedis
  /** For an administrator: its errors are thrown by its commands only. */
  readonly admin: Redis
}

/** Three primaries without replicas on the loopback, with a third of the slots each. */
export interface RedisCluster {
  readonly url: string
  readonly nodes: readonly ClusterServer[]
  /** The node that has our keys. */
  owner(): Promise<ClusterServer>
  stop(): Promise<void>
}

const slots = 16_384
const nodeTimeoutMs = 2000

export async function startRedisCluster(size = 3): Promise<RedisCluster> {
  const nodes: ClusterServer[] = []
  for (let index = 0; index < size; index += 1) nodes.push(await startNode())
  const [first] = nodes
  if (first === undefined) throw new RangeError('a Cluster has nodes')
  for (const [index, { port, admin }] of nodes.entries()) {
    const [from, to] = [slotsBefore(index, size), slotsBefore(index + 1, size)]
    await admin.cluster('ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot))
    if (port !== first.port) await first.admin.cluster('MEET', '127.0.0.1', port)
  }
  await untilWhole(nodes)
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    owner: () => ownerAmong(nodes),
    stop: async () => {
      for (const { admin } of nodes) admin.disconnect()
      await Promise.all(nodes.map(({ server }) => server.stop()))
    },
  }
}

/**
 * Until every node knows the owner of every slot.
 *
 * `cluster_state:ok` alone says less: full coverage is not required, so a node says it before it has heard of all owners.
 */
async function untilWhole(nodes: readonly ClusterServer[]): Promise<void> {
  const signs = ['cluster_state:ok', `cluster_known_nodes:${nodes.length}\r`, `cluster_slots_assigned:${slots}\r`]
  const isWhole = async ({ admin }: ClusterServer) => {
    const info = await admin.cluster('INFO').catch(() => '')
    return signs.every((sign) => info.includes(sign))
  }
  await until('the Cluster is whole', async () => (await Promise.all(nodes.map(isWhole))).every(Boolean))
}

async function startNode(): Promise<ClusterServer> {
  const port = await freeClusterPort()
  const place = ['--port', `${port}`, '--bind', '127.0.0.1']
  const timeout = ['--cluster-node-timeout', `${nodeTimeoutMs}`]
  const cluster = ['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no', ...timeout]
  const server = await startRedis({ arguments: [...place, ...cluster] })
  const admin = new Redis(server.url, { retryStrategy: () => 100 })
  admin.on('error', () => undefined)
  return { port, server, admin }
}

function slotsBefore(index: number, size: number): number {
  return Math.floor((slots * index) / size)
}

async function ownerAmong(nodes: readonly ClusterServer[]): Promise<ClusterServer> {
  const answers = await Promise.all(nodes.map(({ admin }) => admin.exists('{seatkeeper}:').catch(() => undefined)))
  const owner = nodes.find((_, index) => answers[index] !== undefined)
  if (owner === undefined) throw new Error('no node has our slot')
  return owner
}
