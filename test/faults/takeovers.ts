import { setTimeout as pause } from 'node:timers/promises'
import { laneOf, LmsId, StoreId } from '@seatkeeper/core'
import { bullPrefix } from '@seatkeeper/queue'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'

/** Follows the jobs that killed workers had in hand, until somebody has them again. */
export interface Takeovers {
  /** To be asked after the kill of a role's only worker, before it is started anew. */
  note(role: Role): Promise<void>
  /** Until each was run again, which comes late for one whose work another job did meanwhile; or for so long. */
  untilAllRan(withinMs: number): Promise<void>
  /** From the last crash to the re-run of each, milliseconds, ascending; infinite where there was none yet. */
  tookMs(): readonly number[]
  close(): Promise<void>
}

const lms = LmsId.parse('campus')
const store = StoreId.parse('shop')
const lanes = {
  enroll: [laneOf.enroll(lms)],
  revoke: [laneOf.revoke(lms), laneOf.audit(lms)],
  orders: [laneOf.orders(store), laneOf.tell(store), laneOf.chores(store)],
} as const
type Role = keyof typeof lanes

const looksEveryMs = 250

/** One job that was in hand at a crash. */
interface InHand {
  readonly queue: Queue
  readonly id: string
  readonly crashedAtMs: number
}

export function followTakeovers(redisUrl: string): Takeovers {
  const redis = new Redis(redisUrl)
  redis.on('error', () => undefined)
  const queues = new Map<string, Queue>()
  const inHand = new Map<string, InHand>()
  const tookMs: number[] = []
  const state = { isOver: false }
  const queueOf = (lane: string) => {
    const known = queues.get(lane)
    if (known !== undefined) return known
    const queue = new Queue(lane, { connection: redis, prefix: bullPrefix }).on('error', () => undefined)
    queues.set(lane, queue)
    return queue
  }
  const look = async () => {
    for (const [key, { queue, id, crashedAtMs }] of inHand) {
      const startedAtMs = (await queue.getJob(id))?.processedOn ?? 0
      if (startedAtMs <= crashedAtMs) continue
      inHand.delete(key)
      tookMs.push(startedAtMs - crashedAtMs)
    }
  }
  const looking = (async () => {
    while (!state.isOver) {
      await look().catch(() => undefined)
      await pause(looksEveryMs)
    }
  })()
  return {
    note: async (role) => {
      const crashedAtMs = Date.now()
      for (const lane of lanes[role]) {
        const queue = queueOf(lane)
        const ids = await redis.lrange(queue.toKey('active'), 0, -1)
        for (const id of ids) inHand.set(`${lane} ${id}`, { queue, id, crashedAtMs })
      }
    },
    untilAllRan: async (withinMs) => {
      const deadline = performance.now() + withinMs
      while (inHand.size > 0 && performance.now() < deadline) await pause(looksEveryMs)
    },
    tookMs: () => [...tookMs, ...[...inHand].map(() => Infinity)].toSorted((one, other) => one - other),
    close: async () => {
      state.isOver = true
      await looking
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      redis.disconnect()
    },
  }
}
