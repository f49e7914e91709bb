import type { ItemState } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import { bullPrefix, deadLetterLane, letterId } from '@seatkeeper/queue'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { until } from '../e2e/until.ts'

/** What died is to be seen that soon. */
const usualMs = 10_000

/** How the `dead-letter` queue shows what is dead. */
export interface Letters {
  /** A sentence for each that came late, or not at all. */
  readonly late: readonly string[]
  readonly figure: string
}

/** Compares what is dead with its letters, at the latest when all had to be there. */
export async function lettersOf(redis: Redis, shownWithinMs = usualMs): Promise<Letters> {
  const ledger = createLedger(redis)
  const queue = new Queue(deadLetterLane, { connection: redis, prefix: bullPrefix })
  const delayOf = async (state: ItemState) => {
    const letter = await queue.getJob(letterId(state))
    return letter === undefined ? Infinity : Math.max(0, letter.timestamp - (state.failure?.atMs ?? 0))
  }
  let delays: readonly number[] = []
  const areShown = async () => {
    delays = await Promise.all((await ledger.dead()).map(delayOf))
    return delays.every(Number.isFinite)
  }
  await until('all are shown', areShown, { withinMs: shownWithinMs }).catch(() => undefined)
  await queue.close()
  const late = delays.filter((ms) => ms > shownWithinMs)
  const slowest = Math.max(0, ...delays)
  return {
    late:
      late.length > 0
        ? [`${late.length} of ${delays.length} dead were not shown within ${shownWithinMs / 1000} s`]
        : [],
    figure: `${delays.length} dead, shown after ${(slowest / 1000).toFixed(1)} s at the latest`,
  }
}
