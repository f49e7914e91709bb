import type { ItemStatus } from './agenda.ts'
import type { Claim } from './claim.ts'
import type { FailureCode } from './failure.ts'
import type { ChangeId, OrderRef } from './ids.ts'
import type { Seat } from './seat.ts'

/** What a shop wants to be told of its orders. */
export interface WriteBack {
  /** Whether a note for the staff is added to an order for every outcome. */
  readonly notes: boolean
  /** Whether an order is completed once all its courses are really enrolled and nothing of it needs shipping. */
  readonly complete: boolean
  /**
   * The shop's own word for the state of an order of which a course failed for good; null to leave such orders alone. An
   * order leaves that state by itself, completed, only where it is also among the statuses that grant.
   */
  readonly failedStatus: string | null
}

/** One claim of an order with what its seat has come to. Names no person. */
export interface ClaimStanding extends Claim {
  readonly seat: Pick<Seat, 'claims' | 'baseline' | 'applied'>
  readonly status: ItemStatus
  readonly waitReason: string | null
  readonly failure: FailureCode | null
}

/** The last note to a shop's staff about an order. Notes of an order are numbered from 1, and the number stands in the text. */
export interface KeptNote {
  readonly number: number
  /** Digest of what it says. */
  readonly outcome: string
  /** When it was about to be sent. */
  readonly atMs: number
  /** The shop is known to have it. */
  readonly isConfirmed: boolean
}

/** A change of an order's status at its shop, as it was about to be made. */
export interface StatusWrite {
  readonly from: string
  readonly to: string
  /** Digest of what was refunded by then. */
  readonly refunds: string
}

/** Everything of an order that its shop may have to be told, at one moment. */
export interface Telling {
  /** Of the order itself. */
  readonly status: ItemStatus
  readonly failure: FailureCode | null
  /** What made it worth telling; null where that is not known. */
  readonly change: ChangeId | null
  readonly isDeleted: boolean
  readonly claims: readonly ClaimStanding[]
  /** Keys of paid units that are nobody's yet. */
  readonly open: readonly string[]
  readonly note: KeptNote | null
  /** A change of status that was begun and not seen through. */
  readonly write: StatusWrite | null
}

/** What is remembered of what shops were told. Every method is one atomic step. */
export interface Tellings {
  /** Undefined for an order that is not there. */
  readTelling(ref: OrderRef): Promise<Telling | undefined>
  /** Keeps the number and outcome of a note that is about to be sent, unconfirmed. */
  recordNote(ref: OrderRef, note: Pick<KeptNote, 'number' | 'outcome'>): Promise<void>
  /** Does nothing if a later note was recorded since. */
  confirmNote(ref: OrderRef, number: number): Promise<void>
  /** Keeps a change of status that is about to be made; null once it was seen through. */
  recordWrite(ref: OrderRef, write: StatusWrite | null): Promise<void>
  /** An order modified at this time was modified by us: that is no reason to try anything again. */
  keepOwnWrite(ref: OrderRef, modifiedAtMs: number): Promise<void>
}
