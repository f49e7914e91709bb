import type { Item, ItemStatus } from './agenda.ts'
import type { SoldLine } from './catalogue.ts'
import type { Access } from './claim.ts'
import type { OrderId, OrderRef, StoreId } from './ids.ts'
import type { Accepted } from './ledger.ts'
import type { RefundRef } from './order.ts'

/** An order as a shop listed it. */
export interface Sighting {
  readonly order: OrderId
  readonly modifiedAtMs: number
}

/** What is known of an order that was sighted. */
export interface Standing extends Sighting {
  /** How often it was looked at like this before: 0, 1, or 2 for more. */
  readonly timesSeen: number
  /** As it was last applied; null for an order that never was. */
  readonly knownMs: number | null
  /** Of the order's own item; null where there is none. */
  readonly status: ItemStatus | null
}

/** An order at rest that is to be compared with its shop. */
export interface Suspect {
  readonly order: OrderId
  /** Of what was last applied, see `OrderOffer`, or of what it died over; `deletedHash` where that was its deletion. */
  readonly hash: string | null
  /** Somebody's access hangs on it. */
  readonly grants: boolean
  /** Its turn has come. */
  readonly isOverdue: boolean
  readonly isDead: boolean
}

/** A line over which an order died. */
export interface UnknownLine {
  readonly order: OrderId
  readonly line: SoldLine
}

/** Stands for the hash of an order that its shop says is gone. Stored data. */
export const deletedHash = 'deleted'

/** An order that was found other than it was known. */
export interface Finding {
  readonly order: OrderId
  /** As in `Suspect`; empty where it could not be seen. */
  readonly hash: string
  /** 0 where there is none. */
  readonly modifiedAtMs: number
  /** Too many are said to be deleted: if a reading finds it deleted too, that is held for a person. */
  readonly isDoubted: boolean
}

/** What reconcile and the webhook watch ask of the ledger. Every method is one atomic step. */
export interface Housekeeping {
  /**
   * Says what is known of some orders that a shop listed.
   *
   * @param list   which of the shop's lists, `orders` or `trash`: an order keeps its time when it moves between them.
   * @param fromMs sightings of earlier states are forgotten: they will not be listed again.
   */
  standingsOf(
    store: StoreId,
    list: string,
    fromMs: number,
    sightings: readonly Sighting[],
  ): Promise<readonly Standing[]>
  /** Counts an order as seen, once it was looked at: whoever dies before leaves it to the next. */
  countSighting(store: StoreId, list: string, sighting: Sighting): Promise<void>
  /** Notes refunds that a shop listed; with `isFirst` those of an earlier pass through the list are forgotten. */
  sightRefunds(store: StoreId, refunds: readonly RefundRef[], isFirst: boolean): Promise<void>
  /**
   * Orders at rest, settled or dead, whose refunds, as they were when the order was last applied, are not those that the last pass through
   * the shop's list has; at most `limit`. Those found unchanged within the hour are left out, unless other refunds differ by now.
   */
  refundSuspects(store: StoreId, limit: number): Promise<readonly Suspect[]>
  /**
   * The orders whose turn comes first, whether it has come or not; at most `limit`.
   *
   * Once a day for a fresh order, ever more seldom as it ages, at least once a fortnight. Orders that granted nothing for a month
   * are left in peace: until then one may come back from the trash.
   */
  longestUnread(store: StoreId, limit: number): Promise<readonly Suspect[]>
  /** Lines that name a course that cannot be, of orders that are dead of it; the latest death first. */
  unknownLines(store: StoreId): Promise<readonly UnknownLine[]>
  /** These were found as they are known. */
  noteUnchanged(store: StoreId, orders: readonly OrderId[]): Promise<void>
  /** Makes those of some orders that are at rest, settled or dead, due to be read. */
  bumpAtRest(store: StoreId, found: readonly Finding[]): Promise<Accepted<'read'>>
  /** Makes a chore due at once; nothing if it is not on the agenda. */
  bumpChore(chore: Extract<Item, { kind: 'chore' }>): Promise<Accepted<'bumped' | 'unknown'>>
  /** What the claims of an order are now, by key. */
  claimsOf(ref: OrderRef): Promise<ReadonlyMap<string, Access>>
}
