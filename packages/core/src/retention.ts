/** From when on what is kept; what is older may go. Milliseconds since 1970. */
export interface KeptSince {
  readonly timelinesMs: number
  /** Who replayed what. */
  readonly replaysMs: number
  /** Orders and seats that give nobody anything any more. */
  readonly ordersMs: number
  readonly operatorLogMs: number
}

/** What a look at some items came to. */
export interface PurgedItems {
  /** Items that are gone. */
  readonly removed: number
  /** Where the next look begins; null once all items have been looked at. */
  readonly next: string | null
}

/** What goes when its time is over. Never an item at work or dead, a claim that grants or denies, or an active enrolment. */
export interface Retention {
  /** Looks at about `limit` items; each is one atomic step. */
  purgeItems(cursor: string | null, limit: number, since: KeptSince): Promise<PurgedItems>
  purgeOperatorLog(since: KeptSince): Promise<void>
}
