import { Queue } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'

/** Where the queues live. The prefix is a Cluster hash tag in braces, the same for the whole deployment. */
export interface QueuePlace {
  /** The caller's own, and closed by the caller: a producer's fails at once, a worker's outlasts any outage. */
  readonly connection: Redis | Cluster
  readonly prefix: string
}

/** Where the queues of a deployment live; in one slot of a Cluster with all that the ledger keeps. */
export const bullPrefix = '{seatkeeper}:bull'

/** The BullMQ queues behind one connection, each opened at its first use. */
export interface Queues {
  of(name: string): Promise<Queue>
  close(): Promise<void>
}

/**
 * At most about twice this many events per queue: nobody reads them, and they outlive the jobs they speak of.
 *
 * @see bullmq, `src/commands/includes/trimEvents.lua`: trimmed approximately, by whole nodes of the stream
 */
const eventsKept = 100
const rewriteMetaMs = 60_000

/**
 * Opens queues that never wait for a connection.
 *
 * The version check is left out on purpose: it is one INFO at the first connection, and if Redis is away at that moment
 * the queue stays broken for the life of the process. For the same reason the bound on events is written by us, again
 * every minute: BullMQ writes it once and forgets a failure, and a restored Redis has lost it.
 *
 * @see bullmq, `src/classes/redis-connection.ts`, `init`, and `src/classes/queue.ts`, the constructor
 */
export function openQueues({ connection, prefix }: QueuePlace, onError: (error: Error) => void): Queues {
  const queues = new Map<string, Queue>()
  const metaWrittenAtMs = new Map<string, number>()

  const open = (name: string) => {
    const queue = new Queue(name, {
      connection,
      prefix,
      skipWaitingForReady: true,
      skipVersionCheck: true,
      skipMetasUpdate: true,
    })
    queue.on('error', onError)
    queues.set(name, queue)
    return queue
  }
  return {
    of: async (name) => {
      const queue = queues.get(name) ?? open(name)
      if (performance.now() - (metaWrittenAtMs.get(name) ?? -Infinity) > rewriteMetaMs) {
        await queue.getBackend().setQueueMeta({ 'opts.maxLenEvents': eventsKept })
        metaWrittenAtMs.set(name, performance.now())
      }
      return queue
    },
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
    },
  }
}
