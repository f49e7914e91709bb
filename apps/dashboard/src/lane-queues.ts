import type { Agenda } from '@seatkeeper/core'
import { deadLetterLane } from '@seatkeeper/queue'
import type { Logger, RedisClient } from '@seatkeeper/service'
import { Queue } from 'bullmq'

/** The BullMQ queues of all lanes, for looking only. */
export interface LaneQueues {
  /** One queue per lane that ever had an item, then the dead letters; asked anew each time, so new lanes appear. */
  all(): Promise<readonly Queue[]>
  close(): Promise<void>
}

export interface LaneQueuesParts {
  readonly redis: RedisClient
  readonly agenda: Pick<Agenda, 'lanes'>
  readonly bullPrefix: string
  readonly log: Logger
}

/** Opens each queue at its first sight and keeps it open. Nothing is written to Redis, not even a queue's own record. */
export function openLaneQueues({ redis, agenda, bullPrefix, log }: LaneQueuesParts): LaneQueues {
  const queues = new Map<string, Queue>()
  const open = (lane: string) => {
    const silent = { skipWaitingForReady: true, skipVersionCheck: true, skipMetasUpdate: true }
    const queue = new Queue(lane, { connection: redis, prefix: bullPrefix, ...silent })
    queue.on('error', (error) => log.warn('queue.error', { lane, error }))
    queues.set(lane, queue)
    return queue
  }
  return {
    all: async () => [...(await agenda.lanes()), deadLetterLane].map((lane) => queues.get(lane) ?? open(lane)),
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
    },
  }
}
