import type { EmailAddress, OrderRef, SeatId } from './ids.ts'
import type { Lease } from './ledger.ts'
import type { WakeUp } from './agenda.ts'

/** A seat of a learner who is to be forgotten. Holds personal data. */
export interface LearnersSeat {
  readonly seat: SeatId
  /** All under which the seat is known. */
  readonly addresses: readonly EmailAddress[]
  readonly orders: readonly OrderRef[]
}

/** What became of the files that Redis keeps: `forbidden` where our user may not have them written anew. */
export type FilesRewritten = 'rewritten' | 'forbidden' | 'failed'

/** Tombstones by what can recognise them. */
export interface TombstoneCount {
  /** Made with a key in use. */
  readonly recognised: number
  /** Made with none of them: orders of these learners bring them back. */
  readonly foreign: number
  /** Made before it was noted with which key; none where no key is in use. */
  readonly unnamed: number
}

/** Forgetting a learner. Every change is one atomic step. */
export interface Erasure {
  /** Looks at every seat there is: an index could have missed one. */
  seatsKnownBy(addresses: readonly EmailAddress[]): Promise<readonly LearnersSeat[]>
  /**
   * Leaves a tombstone for each address, a keyed hash: orders created before now grant them nothing any more, whoever reads
   * or sends them.
   *
   * @throws RangeError without a key to make them with.
   */
  buryAddresses(addresses: readonly EmailAddress[]): Promise<void>
  countTombstones(): Promise<TombstoneCount>
  /** Withdraws all that speaks for a seat, an operator's word included, and makes it due. */
  endClaims(seat: SeatId): Promise<readonly WakeUp[]>
  /**
   * Removes a seat with its item, its timeline and what orders know of it; gives the lease back. False, and nothing is
   * removed, if the lease of the seat's item is no longer ours.
   */
  eraseSeat(seat: SeatId, lease: Lease): Promise<boolean>
  /** Removes what shop and LMS said in their own words about an order. */
  eraseWords(order: OrderRef): Promise<void>
  /** Has Redis write its append-only file, and its snapshot where it keeps one, anew without what was removed. */
  rewriteFiles(signal: AbortSignal): Promise<FilesRewritten>
}
