import type { Lease, Ledger, Lms, Seat, WakeUp } from '@seatkeeper/core'
import type { Patience } from './patience.ts'
import type { SeatPolicy } from './seat-policy.ts'

export interface SettleSeatParts {
  readonly ledger: Ledger
  readonly lms: Lms
  readonly patience: Patience
  readonly policy: SeatPolicy
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** One seat in hand: everything a step needs. */
export interface Hand extends SettleSeatParts {
  readonly seat: Seat
  readonly lease: Lease
  /** The turn before ended waiting: whatever it had to do at the LMS by then is done. */
  readonly wasWaiting: boolean
  readonly signal: AbortSignal
}
