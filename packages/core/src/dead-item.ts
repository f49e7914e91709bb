import type { ItemState, WakeUp } from './agenda.ts'
import type { FailureCode } from './failure.ts'
import type { LmsId, StoreId } from './ids.ts'

/** Which dead items are meant: those that fit all that is said. */
export interface DeadFilter {
  /** Names of items. */
  readonly items?: readonly string[] | undefined
  readonly code?: FailureCode | undefined
  readonly lane?: string | undefined
  /** The item's own store or, of a seat, one whose orders claim it. */
  readonly store?: StoreId | undefined
  readonly lms?: LmsId | undefined
  /** Died at this time or later. */
  readonly sinceMs?: number | undefined
}

/** A dead item by its name. */
export interface DeadName {
  readonly id: string
  readonly generation: number
}

export interface ReplayAsk {
  readonly id: string
  /** Only while it is of this generation; null for whichever it is of. */
  readonly generation: number | null
  readonly by: string
  /** Replays of the whole deployment, whoever asks; after a pause a second's worth goes at once. */
  readonly perSecond: number
}

/** `left` alone: it is not dead, or of another generation. `later`: others have had their turn just now. */
export type Replaying =
  | { readonly result: 'replayed'; readonly wakeUps: readonly WakeUp[] }
  | { readonly result: 'left' }
  | { readonly result: 'later'; readonly inMs: number }

export interface DiscardAsk {
  readonly id: string
  readonly generation: number | null
  readonly by: string
  /** Names nobody. */
  readonly reason: string
}

/** What is given up until somebody decides, and the decisions. Every change of one item is one atomic step. */
export interface DeadItems {
  /** The longest dead first. */
  dead(filter?: DeadFilter): Promise<readonly ItemState[]>
  /** All of them, the longest dead first, without reading what they are. */
  deadNames(): Promise<readonly DeadName[]>
  /** Opens a dead or discarded item again and, with a seat, the orders behind it. Pressing twice does it once. */
  replay(ask: ReplayAsk): Promise<Replaying>
  /**
   * Settles a dead item as it is, for good: nothing tries it again but a changed fact, an order that was modified since,
   * and a replay by its name. False if it is not dead, or of another generation.
   */
  discard(ask: DiscardAsk): Promise<boolean>
}
