import type { Item, ItemStatus, WakeUp } from './agenda.ts'
import type { CourseItem } from './claim.ts'
import type { Brake, KnownProducts, ProductFacts } from './catalogue.ts'
import type { Enrolment } from './enrolment.ts'
import type { ChangeId, EmailAddress, LineId, OrderRef, SeatId, StoreId } from './ids.ts'
import type { Account } from './lms.ts'
import type { HintReason, OrderSnapshot } from './order.ts'
import type { Outcome } from './outcome.ts'
import type { KnownItems, Plan } from './plan-seats.ts'
import type { Seat } from './seat.ts'

/** What became of an order that was offered; `wakeUps` are for what it made due, to be added right after. */
export interface Accepted<Result extends string> {
  readonly result: Result
  readonly wakeUps: readonly WakeUp[]
}

/** An order offered for keeping: what the shop said and what that comes to. */
export interface OrderOffer {
  readonly snapshot: OrderSnapshot
  readonly plan: Plan
  /** Hash of our own normalised snapshot, modification time included. */
  readonly hash: string
  /** Hash of the catalogue it was planned with. */
  readonly catalogue: string
  /** Whether the shop wants to be told what becomes of its orders. */
  readonly tells: boolean
  /** What it may end if it is the truth; a snapshot that came by itself has none. */
  readonly brake: Brake
}

/** What an operator decides about a seat, over the shop's head. */
export interface OperatorClaim {
  /** It replaces an earlier decision; `withdrawn` only takes that back. */
  readonly access: 'granted' | 'denied' | 'withdrawn'
  readonly item: CourseItem
  /** The seat, or else who learns. */
  readonly seat: SeatId | null
  readonly learner: EmailAddress | null
  readonly by: string
  readonly reason: string
}

/** A right to work on one item alone, for a time; it ends by itself when its holder dies. */
export interface Lease {
  readonly key: string
  readonly token: string
  /** How many holders took it before and never gave it back: their process died, or is frozen. */
  readonly crashes: number
  /** False for a suspect, which has such `crashes`, while another suspect is at work: it has to wait for its turn. */
  readonly mayWork: boolean
  /** Throws `JobFailure` LEASE_LOST if it is no longer ours; asked right before every write to the other side. */
  assertHeld(): Promise<void>
  /** Gives it back without a word on how the work ended: a suspect stays one. */
  release(): Promise<void>
}

/** What the use cases ask of the ledger. Every method is one atomic step. */
export interface Ledger {
  /** What the lines of this order were found to sell so far. */
  knownItems(ref: OrderRef): Promise<KnownItems>
  /**
   * Applies a snapshot that came by itself, if it is strictly newer than what is known, less than 24 h old and missing
   * no known line or unit; `same` if it is known already, or says nothing new of an order that is dead; else makes the order due to
   * be read. All that it makes due is known by `change`.
   */
  applySnapshot(offer: OrderOffer, change?: ChangeId): Promise<Accepted<'applied' | 'same' | 'read'>>
  /**
   * Makes an order due to be read. One that is dead stays so, with `same`, where the news is of a time and says nothing newer.
   *
   * @param modifiedAtMs when the state that the news is of came to be, where that is known.
   */
  noteHint(
    ref: OrderRef,
    reason: HintReason,
    modifiedAtMs?: number,
    change?: ChangeId,
  ): Promise<Accepted<'same' | 'read'>>
  /** A number for a read about to start: what is applied with a lower number never overwrites a higher. */
  numberRead(ref: OrderRef): Promise<number>
  /**
   * Applies what a read found: it is the truth, unless something was applied after the read got its number. `held` if it
   * would end more than the brake allows: then nothing of it is applied, until a person replays the dead order, which lets
   * its next reading through.
   */
  applyReading(read: number, offer: OrderOffer): Promise<Accepted<'applied' | 'overtaken' | 'held'>>
  /** The shop says that the order is gone: all its claims are withdrawn, unless the brake holds that. */
  applyDeletion(read: number, ref: OrderRef, brake: Brake): Promise<Accepted<'applied' | 'overtaken' | 'held'>>

  /** Orders whose lines or seats died of an unknown course or mode under another catalogue are due to be read. */
  reviveUnderCatalogue(store: StoreId, catalogue: string): Promise<Accepted<'read'>>
  /** What products said of themselves when they were last read; those read too long ago are left out. */
  knownProducts(store: StoreId, keys: readonly string[]): Promise<KnownProducts>
  keepProduct(store: StoreId, key: string, facts: ProductFacts, forMs: number): Promise<void>

  /** Undefined for a seat that is not there. A seat that was merged into another is given as that one. */
  readSeat(seat: SeatId): Promise<Seat | undefined>
  /**
   * Keeps whose seat it is. If the account has another seat in this course run, all claims move there and that one is
   * woken: the seat in hand is settled, as an alias.
   */
  bindAccount(seat: SeatId, account: Account): Promise<Accepted<'bound' | 'merged'>>
  /** Keeps an operator's decision and wakes the seat; `unknown` if there is no such seat. */
  setOperatorClaim(
    claim: OperatorClaim,
  ): Promise<{ readonly seat: SeatId | 'unknown'; readonly wakeUps: readonly WakeUp[] }>
  /** Keeps the first baseline; a second call changes nothing. */
  recordBaseline(seat: SeatId, baseline: Enrolment): Promise<void>
  recordInvitation(seat: SeatId, invited: boolean): Promise<void>
  /**
   * Keeps what is about to be written: whoever dies over it leaves a row that is known as ours. Once it resolves, a failover forgets
   * neither that nor the baseline, as far as the ledger waits for replicas.
   */
  recordAttempt(seat: SeatId, write: Enrolment): Promise<void>
  recordApplied(seat: SeatId, applied: Enrolment): Promise<void>

  /**
   * Undefined while somebody else holds it.
   *
   * Whoever settles or gives back acquits the item: it is no suspect any more.
   */
  lease(key: string, forMs: number): Promise<Lease | undefined>
  itemStatus(id: string): Promise<{ readonly generation: number; readonly status: ItemStatus } | undefined>
  /**
   * Compare-and-set: false if the generation is no longer current and open, so the caller converges again.
   *
   * Where it is true the lease is given back in the same step, so that a wake-up for the next change never finds it busy.
   */
  settle(id: string, generation: number, outcome: Outcome, lease: Lease): Promise<boolean>
  /** Gives a lease back after a failure; true if the item has changed since `generation` was read. One step, as with `settle`. */
  giveBack(lease: Lease, id: string, generation: number): Promise<boolean>
  /** Somebody else has the item in hand: if they die, the sweep looks at it as soon as their lease has run out. */
  lookAfterLease(id: string): Promise<void>
  /**
   * A write's fate is unknown: whatever becomes of this turn, the item is looked at again after `delayMs`, even if it is
   * settled before.
   */
  recheckLater(id: string, delayMs: number): Promise<void>
  /** Puts a chore on the agenda, due at once, unless it is there. */
  ensureChore(chore: Extract<Item, { kind: 'chore' }>, lane: string): Promise<void>
  /** Where a chore stopped; null at first. */
  readCursor(chore: string): Promise<string | null>
  writeCursor(chore: string, cursor: string): Promise<void>
  /** The ledger's clock, milliseconds since 1970. */
  nowMs(): Promise<number>
  /** Adds the other side's own words to an item's timeline; they may name a person. */
  noteWords(id: string, words: string): Promise<void>
}

/** One thing that happened to an order or seat, for operators. */
export interface TimelineEntry {
  readonly atMs: number
  readonly what: string
  readonly detail: string
}

/** An order as an operator sees it. Holds no address. */
export interface OrderView extends OrderRef {
  readonly status: string
  readonly modifiedAtMs: number
  readonly itemStatus: ItemStatus
  readonly timeline: readonly TimelineEntry[]
  readonly lines: ReadonlyMap<LineId, readonly CourseItem[]>
  readonly seats: readonly SeatId[]
  /** Keys of paid units that are nobody's yet. */
  readonly open: readonly string[]
}
