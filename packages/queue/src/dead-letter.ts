import {
  failures,
  itemId,
  type Attempt,
  type FailureCode,
  type ItemState,
  type Replay,
  type Verdict,
} from '@seatkeeper/core'
import type { Queue } from 'bullmq'
import { openQueues, type QueuePlace } from './queues.ts'
import { sampleErrors, type OnError } from './sampled-errors.ts'

/** The queue that shows what died. No worker reads it. */
export const deadLetterLane = 'dead-letter'

/** What operators see of a dead item: everything they need to decide, and nobody's name. Stored data. */
export interface DeadLetter {
  readonly v: 1
  readonly item: string
  readonly kind: ItemState['item']['kind']
  readonly lane: string
  readonly generation: number
  readonly code: FailureCode
  readonly verdict: Verdict
  readonly advice: string
  readonly diedAtMs: number
  readonly attempts: readonly Attempt[]
  readonly replays: readonly Replay[]
}

/** The `dead-letter` queue: a view of the agenda's dead items, never their only place. */
export interface DeadLetters {
  add(state: ItemState): Promise<void>
  /** Makes the queue equal these items: adds what is missing, removes the rest. */
  sync(dead: readonly ItemState[]): Promise<{ readonly added: number; readonly removed: number }>
  close(): Promise<void>
}

/** Opens the view for writing. */
export function createDeadLetters({ onError, ...place }: QueuePlace & { readonly onError: OnError }): DeadLetters {
  const queues = openQueues(place, sampleErrors(onError))
  return {
    add: async (state) => addAll(await queues.of(deadLetterLane), [state]),
    sync: async (dead) => {
      const queue = await queues.of(deadLetterLane)
      const shown = new Set(await place.connection.lrange(queue.toKey('wait'), 0, -1))
      const wanted = new Set(dead.map(letterId))
      const missing = dead.filter((state) => !shown.has(letterId(state)))
      const extra = [...shown].filter((id) => !wanted.has(id))
      await Promise.all(extra.map((id) => queue.remove(id)))
      await addAll(queue, missing)
      return { added: missing.length, removed: extra.length }
    },
    close: () => queues.close(),
  }
}

async function addAll(queue: Queue, states: readonly ItemState[]): Promise<void> {
  await queue.addBulk(
    states.map((state) => ({ name: state.item.kind, data: letterOf(state), opts: { jobId: letterId(state) } })),
  )
}

/** The id of a dead item's letter. Stored data. */
export function letterId({ item, generation }: Pick<ItemState, 'item' | 'generation'>): string {
  return `dead-${itemId(item)}-g${generation}`
}

/** What is shown of a dead item. */
export function letterOf(state: ItemState): DeadLetter {
  const { item, lane, generation, failure, attempts, replays } = state
  const code = failure?.code ?? 'UNEXPECTED'
  const shared = { v: 1, item: itemId(item), kind: item.kind, lane, generation, attempts, replays } as const
  return { ...shared, code, ...failures[code], diedAtMs: failure?.atMs ?? 0 }
}
