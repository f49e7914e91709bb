import { setTimeout as pause } from 'node:timers/promises'
import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { until } from '../e2e/until.ts'
import { outlive, type Blow, type OutliveParts } from './outlive.ts'
import { startRedisSentinel, type RedisSentinel, type WatchedServer } from './redis-sentinel.ts'

/** Replicas that are not waited for: a failover may lose what was acknowledged, and the shop still has it. */
export const sentinelFault: FaultTest = {
  name: 'sentinel',
  promise: 'failovers by Sentinel while orders come in; nothing acknowledged may be lost after reconcile',
  run: (run) => failOver(run),
  control: { without: 'reconcile', run: (run) => failOver(run, { reconciles: false }) },
}

/** Nobody looks at the shop, so what is forgotten stays so. */
export const replicasFault: FaultTest = {
  name: 'replicas',
  promise: 'the same failovers without reconcile; nothing that a replica was waited for may be lost',
  run: (run) => failOver(run, { reconciles: false, replicas: 1 }),
  control: { without: 'REDIS_REPLICAS', run: (run) => failOver(run, { reconciles: false }) },
}

/** Answered by a primary that nobody follows any more. */
const unfollowed = 40
const frozenForMs = 1000

type Guards = Pick<OutliveParts, 'reconciles' | 'replicas'>

async function failOver(run: FaultRun, guards: Guards = {}): Promise<FaultReport> {
  const redis = await startRedisSentinel()
  try {
    const isGuarded = guards.reconciles !== false || guards.replicas !== undefined
    const blows = isGuarded ? blowsTo(redis) : blowsTo(redis).slice(1, 2)
    return await outlive({ run, url: redis.url, blows, ...guards })
  } finally {
    await redis.stop()
  }
}

function blowsTo(redis: RedisSentinel): readonly Blow[] {
  return [
    { title: 'primary killed', strike: () => replacing(redis, (primary) => primary.server.kill()) },
    {
      title: 'primary killed that lost its replicas',
      strike: (answered) =>
        replacing(redis, async (primary) => {
          await loseReplicas(primary)
          const from = answered()
          await until(`${unfollowed} are answered`, () => answered() >= from + unfollowed)
          await primary.server.kill()
        }),
    },
    {
      title: 'primary frozen, and back',
      strike: async () => {
        const primary = await redis.primary()
        process.kill(primary.server.pid(), 'SIGSTOP')
        await redis.untilFailedOver(primary)
        await pause(frozenForMs)
        process.kill(primary.server.pid(), 'SIGCONT')
        await redis.untilFollowing(primary)
      },
    },
  ]
}

/** Lets a replica take over, then starts what was killed; it must follow, for it comes back as a primary with old data. */
async function replacing(redis: RedisSentinel, end: (primary: WatchedServer) => Promise<void>): Promise<void> {
  const primary = await redis.primary()
  await end(primary)
  await redis.untilFailedOver(primary)
  await primary.server.restart()
  await redis.untilFollowing(primary)
}

async function loseReplicas({ admin }: WatchedServer): Promise<void> {
  await admin.call('ACL', 'SETUSER', 'default', '-psync', '-sync', '-replconf')
  await admin.call('CLIENT', 'KILL', 'TYPE', 'replica')
}
