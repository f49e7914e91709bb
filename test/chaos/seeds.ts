import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { orderChaos, type OrderChaosResult } from './order-chaos.ts'
import type { SceneOptions } from './scene.ts'

export interface SeedsOptions extends Omit<SceneOptions, 'seed'> {
  readonly first: number
  readonly count: number
  /** Told of every run that ended. */
  readonly onResult?: (result: OrderChaosResult) => void
  /** Whether a run makes the rest superfluous. */
  readonly isEnough?: (result: OrderChaosResult) => boolean
}

/** Each waits for its Redis a third of the time. */
const runsAtOnce = 3

/** Runs some seeds one after another, on a private Redis that keeps nothing: this is about order, not durability. */
export async function runSeeds({
  first,
  count,
  onResult,
  isEnough,
  ...scene
}: SeedsOptions): Promise<readonly OrderChaosResult[]> {
  const server = await startRedis({ arguments: ['--appendonly', 'no'] })
  const results: OrderChaosResult[] = []
  let next = first
  let isOver = false
  const runs = Array.from({ length: Math.min(runsAtOnce, count) }, async (_, db) => {
    const redis = new Redis(server.url, { db })
    while (!isOver && next < first + count) {
      const result = await orderChaos(redis, { ...scene, seed: next++ })
      results.push(result)
      onResult?.(result)
      isOver ||= isEnough?.(result) === true
    }
    redis.disconnect()
  })
  try {
    await Promise.all(runs)
  } finally {
    await server.stop()
  }
  return results.toSorted((one, other) => one.seed - other.seed)
}
