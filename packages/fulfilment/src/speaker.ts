import type { Lease, Ledger, OrderRef, Store, StorePolicy, Tellings, WakeUp, WriteBack } from '@seatkeeper/core'

export interface TellShopParts {
  readonly ledger: Ledger & Tellings
  readonly store: Pick<Store, 'readOrder' | 'readProduct' | 'readNotes' | 'addNote' | 'setStatus'>
  readonly policy: StorePolicy
  readonly writeBack: WriteBack
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
  /** Told when a refund landed just before we changed its order's status: it was put back, and a person should look. */
  readonly onRefundOvertaken: (ref: OrderRef) => void
}

/** One order in hand whose shop is being told: everything a step needs. */
export interface Speaker extends TellShopParts {
  readonly ref: OrderRef
  readonly lease: Lease
  readonly signal: AbortSignal
}
