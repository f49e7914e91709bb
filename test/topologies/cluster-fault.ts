import { setTimeout as pause } from 'node:timers/promises'
import { ourSlot } from '@seatkeeper/service'
import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { moveSlot } from './move-slot.ts'
import { outlive, type Blow } from './outlive.ts'
import { startRedisCluster, type RedisCluster } from './redis-cluster.ts'

/** Without replicas, so that nothing but a restart brings our keys back. */
export const clusterFault: FaultTest = {
  name: 'cluster',
  promise:
    'three nodes of a Cluster, of which one dies, ours dies, and our slot is moved key by key; nothing acknowledged may be lost',
  run: (run) => strikeCluster(run),
  control: {
    without: 'the wait for a slot that is being moved',
    run: (run) => strikeCluster(run, 'test/topologies/worker-with-plain-cluster.ts'),
  },
}

const awayMs = 4000
const keysAtATime = 20
const restMs = 20

async function strikeCluster(run: FaultRun, workerScript?: string): Promise<FaultReport> {
  const cluster = await startRedisCluster()
  try {
    const blows = workerScript === undefined ? blowsTo(cluster) : blowsTo(cluster).slice(-1)
    return await outlive({ run, url: cluster.url, blows, ...(workerScript === undefined ? {} : { workerScript }) })
  } finally {
    await cluster.stop()
  }
}

function blowsTo(cluster: RedisCluster): readonly Blow[] {
  const otherThan = async (owner: unknown) => {
    const other = cluster.nodes.find((node) => node !== owner)
    if (other === undefined) throw new RangeError('there is no other node')
    return other
  }
  return [
    {
      title: 'another node killed',
      strike: async () => {
        const { server } = await otherThan(await cluster.owner())
        await server.kill()
        await pause(awayMs)
        await server.restart()
      },
    },
    {
      title: 'our node killed',
      strike: async () => {
        const { server } = await cluster.owner()
        await server.kill()
        await pause(awayMs)
        await server.restart()
      },
    },
    {
      title: 'our slot moved',
      strike: async () => {
        const from = await cluster.owner()
        const moving = await moveSlot({ slot: ourSlot, from, to: await otherThan(from) })
        while ((await moving.moveSome(keysAtATime)) > 0) await pause(restMs)
        await moving.finish()
      },
    },
  ]
}
