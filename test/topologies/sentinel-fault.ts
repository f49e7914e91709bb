import { setTimeout as pause } from 'node:timers/promises'
import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { until } from '../e2e/until.ts'
import { outlive, type Blow } from './outlive.ts'
import { startRedisSentinel, type RedisSentinel, type WatchedServer } from './redis-sentinel.ts'

/** Replicas follow without being waited for: a failover may lose what was acknowledged, and the shop still has it. */
export const sentinelFault: FaultTest = {
  name: 'sentinel',
  promise: 'failovers by Sentinel while orders come in; nothing acknowledged may be lost after reconcile',
  run: (run) => failOver(run),
  control: { without: 'reconcile', run: (run) => failOver(run, false) },
}

/** Acknowledged by a primary that nobody follows any more. */
const unfollowed = 40
const frozenForMs = 1000

async function failOver(run: FaultRun, reconciles = true): Promise<FaultReport> {
  const redis = await startRedisSentinel()
  try {
    const blows = reconciles ? blowsTo(redis) : blowsTo(redis).slice(1, 2)
    return await outlive({ run, url: redis.url, blows, reconciles })
  } finally {
    await redis.stop()
  }
}

function blowsTo(redis: RedisSentinel): readonly Blow[] {
  return [
    { title: 'primary killed', strike: () => replacing(redis, (primary) => primary.server.kill()) },
    {
      title: 'primary killed that lost its replicas',
      strike: (sold) =>
        replacing(redis, async (primary) => {
          await loseReplicas(primary)
          const from = sold()
          await until(`${unfollowed} are acknowledged`, () => sold() >= from + unfollowed)
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
