import type { FailureCode } from './failure.ts'
import type { ChangeId, LmsId, OrderRef, SeatId, StoreId } from './ids.ts'

/** What is done for a store or an LMS over and over: see `reconcile`, `watchWebhooks` and `audit` in fulfilment. */
export type Chore = 'reconcile' | 'watch' | 'audit'

/** Something that must converge: an order to read, a seat to settle, a shop to tell about an order, a chore to do. */
export type Item =
  | ({ readonly kind: 'order' } & OrderRef)
  | { readonly kind: 'seat'; readonly lms: LmsId; readonly seat: SeatId }
  | ({ readonly kind: 'tell' } & OrderRef)
  | { readonly kind: 'chore'; readonly chore: Chore; readonly of: StoreId | LmsId }

/** The stored name of an item; with `-g<generation>` behind it, the id of its wake-up. */
export function itemId(item: Item): string {
  if (item.kind === 'seat') return `seat-${item.seat}`
  if (item.kind === 'chore') return `${item.chore}-${item.of}`
  return `${item.kind}-${item.store}-${item.order}`
}

/** The queues, and the only words for them: revokes never wait behind a sale, and one LMS never behind another. */
export const laneOf = {
  enroll: (lms: LmsId): string => `enroll.${lms}`,
  revoke: (lms: LmsId): string => `revoke.${lms}`,
  audit: (lms: LmsId): string => `audit.${lms}`,
  orders: (store: StoreId): string => `orders.${store}`,
  tell: (store: StoreId): string => `tell.${store}`,
  chores: (store: StoreId): string => `chores.${store}`,
}

/** The gates' names: everything that asks one LMS or one shop waits behind its gate. */
export const gateName = {
  lms: (lms: LmsId): string => `lms.${lms}`,
  store: (store: StoreId): string => `store.${store}`,
}

/** One queue job to be: it wakes a worker for one item at one generation. */
export interface WakeUp {
  readonly item: Item
  readonly lane: string
  readonly generation: number
  /** From now; 0 is at once. */
  readonly delayMs: number
}

/** Where an item stands. Exactly one of these for each registered item. */
export type ItemStatus = 'due' | 'waiting' | 'settled' | 'dead'

/** One failed or put-off attempt, as operators read it. Names no person. */
export interface Attempt {
  readonly atMs: number
  readonly code: FailureCode
  /** How long until the next one; null where there is none. */
  readonly nextInMs: number | null
}

/** Who asked for a dead item to be tried again, from which generation, and what that had died of. */
export interface Replay {
  readonly atMs: number
  readonly by: string
  readonly ofGeneration: number
  /** Null where it was not kept. */
  readonly ofCode: FailureCode | null
}

/** Who gave a dead item up for good, and why. */
export interface Discard {
  readonly atMs: number
  readonly by: string
  readonly reason: string
}

/** Everything the agenda holds of one item. */
export interface ItemState {
  readonly item: Item
  readonly lane: string
  readonly generation: number
  readonly settledGeneration: number
  readonly status: ItemStatus
  readonly dueAtMs: number
  readonly waitReason: string | null
  /** Which change of an order made it due; null where none did, or it was not kept. */
  readonly change: ChangeId | null
  /** Of the open generation only: a changed fact starts anew. */
  readonly attempts: readonly Attempt[]
  readonly replays: readonly Replay[]
  /** Of an item that is dead, or was discarded. */
  readonly failure: { readonly code: FailureCode; readonly atMs: number } | null
  /** Of a settled item that an operator gave up. */
  readonly discarded: Discard | null
}

/** The count that must come out even: registered = settled + due + waiting + dead, each its own set. */
export interface Conservation {
  readonly registered: number
  readonly settled: number
  readonly due: number
  readonly waiting: number
  readonly dead: number
}

export function isConserved({ registered, settled, due, waiting, dead }: Conservation): boolean {
  return registered === settled + due + waiting + dead
}

/** What filing a failure came to. */
export type FailureFiled =
  { readonly next: 'retry'; readonly delayMs: number } | { readonly next: 'dead' } | { readonly next: 'superseded' }

export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
  /** Backoffs that add up to this make the generation dead. */
  readonly giveUpAfterMs: number
}

/** What the queue asks of the agenda. Every method is one atomic step; times are the ledger's own clock. */
export interface Agenda {
  readItem(id: string): Promise<ItemState | undefined>
  /** Which change of an order made an item due; null where none did. */
  changeOf(id: string): Promise<ChangeId | null>
  /**
   * Files a failed attempt of one generation and says what comes next.
   *
   * Permanent ones die at once; others back off with full jitter until their backoffs reach `giveUpAfterMs`. A
   * generation that is no longer current, or no longer open, is superseded: nothing is filed.
   */
  fileFailure(filing: FailureFiling): Promise<FailureFiled>
  /** Puts an item off without an attempt: its lane is closed, throttled or parked. */
  postpone(id: string, generation: number, delayMs: number): Promise<void>
  /** Up to `limit` items of a lane that are due and were not looked at for a while, longest first; marks them as looked at. */
  sweep(lane: string, limit: number): Promise<readonly WakeUp[]>
  /** Lanes that have, or ever had, an item. */
  lanes(): Promise<readonly string[]>
  conservation(): Promise<Conservation>
}

export interface FailureFiling {
  readonly id: string
  readonly generation: number
  readonly code: FailureCode
  readonly permanent: boolean
  readonly backoff: Backoff
  /** 0 to 1, for the jitter. */
  readonly random: number
}

/** Why a gate is shut: `closed` while the other side is out, `parked` while it is misconfigured, `throttled` for a time it named. */
export type GateState =
  | { readonly state: 'open' }
  | {
      readonly state: 'closed' | 'parked' | 'throttled'
      readonly code: FailureCode
      readonly sinceMs: number
      readonly forMs: number
    }

/** One gate per LMS and per store, named `lms.<id>` or `store.<id>`; shared by all workers. */
export interface Gates {
  read(gate: string): Promise<GateState>
  /**
   * Shuts for at most `forMs`, so a gate never outlives its keeper; `parked` and `closed` are renewed by the probing keeper.
   * A throttle that has longer to go stays as it is: the other side asked for that time.
   */
  shut(gate: string, state: 'closed' | 'parked' | 'throttled', code: FailureCode, forMs: number): Promise<void>
  /** Opens what is `closed` or `parked`; a throttle ends with its time and not before. */
  open(gate: string): Promise<void>
  /** True for one caller per `forMs`: that one asks the other side. */
  claimProbe(gate: string, forMs: number): Promise<boolean>
}
