import {
  failures,
  itemId,
  type Agenda,
  type Attempt,
  type ChangeId,
  type DeadItems,
  type DeadName,
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
  /** Which change of an order it died over; null where that is not known, missing in letters of earlier releases. */
  readonly change: ChangeId | null
  readonly code: FailureCode
  readonly verdict: Verdict
  readonly advice: string
  readonly diedAtMs: number
  readonly attempts: readonly Attempt[]
  readonly replays: readonly Replay[]
}

/** Whom the view is of. */
export type DeadAgenda = Pick<DeadItems, 'deadNames'> & Pick<Agenda, 'readItem'>

/** The `dead-letter` queue: a view of the agenda's dead items, never their only place. */
export interface DeadLetters {
  add(state: ItemState): Promise<void>
  /** Makes the queue equal the agenda's dead items: adds what is missing, removes the rest. */
  sync(agenda: DeadAgenda): Promise<{ readonly added: number; readonly removed: number }>
  close(): Promise<void>
}

/** Opens the view for writing. */
export function createDeadLetters({ onError, ...place }: QueuePlace & { readonly onError: OnError }): DeadLetters {
  const queues = openQueues(place, sampleErrors(onError))
  return {
    add: async (state) => addAll(await queues.of(deadLetterLane), [state]),
    sync: async (agenda) => {
      const queue = await queues.of(deadLetterLane)
      const shown = new Set(await place.connection.lrange(queue.toKey('wait'), 0, -1))
      const dead = await agenda.deadNames()
      const wanted = new Set(dead.map(letterNamed))
      const missing = dead.filter((name) => !shown.has(letterNamed(name)))
      const extra = [...shown].filter((id) => !wanted.has(id))
      for (const some of inTurns(extra)) await Promise.all(some.map((id) => queue.remove(id)))
      for (const some of inTurns(missing)) await addAll(queue, await readDead(agenda, some))
      return { added: missing.length, removed: extra.length }
    },
    close: () => queues.close(),
  }
}

/** Thousands may die or be replayed at once: no step of the view keeps Redis busy for long. */
const lettersPerTurn = 200

function* inTurns<Letter>(letters: readonly Letter[]): Generator<readonly Letter[]> {
  for (let from = 0; from < letters.length; from += lettersPerTurn) yield letters.slice(from, from + lettersPerTurn)
}

async function readDead(agenda: DeadAgenda, names: readonly DeadName[]): Promise<readonly ItemState[]> {
  const states = await Promise.all(names.map(({ id }) => agenda.readItem(id)))
  return states.filter((state) => state?.status === 'dead').filter((state) => state !== undefined)
}

async function addAll(queue: Queue, states: readonly ItemState[]): Promise<void> {
  await queue.addBulk(
    states.map((state) => ({ name: state.item.kind, data: letterOf(state), opts: { jobId: letterId(state) } })),
  )
}

/** The id of a dead item's letter. Stored data. */
export function letterId({ item, generation }: Pick<ItemState, 'item' | 'generation'>): string {
  return letterNamed({ id: itemId(item), generation })
}

function letterNamed({ id, generation }: DeadName): string {
  return `dead-${id}-g${generation}`
}

/** What is shown of a dead item. */
export function letterOf(state: ItemState): DeadLetter {
  const { item, lane, generation, change, failure, attempts, replays } = state
  const code = failure?.code ?? 'UNEXPECTED'
  const shared = { v: 1, item: itemId(item), kind: item.kind, lane, generation, change, attempts, replays } as const
  return { ...shared, code, ...failures[code], diedAtMs: failure?.atMs ?? 0 }
}
