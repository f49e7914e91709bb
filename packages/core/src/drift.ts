import type { ItemStatus } from './agenda.ts'
import { worthOfMode, type Enrolment } from './enrolment.ts'
import type { CourseKey, CourseMode, SeatId, Username } from './ids.ts'

/** What the audit has to know of a seat whose account is known and whose row was verified once. */
export interface AppliedSeat {
  readonly id: SeatId
  readonly username: Username
  readonly course: CourseKey
  readonly applied: Enrolment
  /** An operator denied it: no mode may be active. */
  readonly isDenied: boolean
  readonly status: ItemStatus
  readonly generation: number
}

/** A settled seat whose row somebody else changed. */
export interface Drift {
  readonly seat: SeatId
  /** At which the seat was settled when it was listed. */
  readonly generation: number
  readonly applied: Enrolment
  readonly found: Enrolment
}

/**
 * Whether a row gives less than was applied, or something that was taken away.
 *
 * Pure. A better mode, and another mode in place of one that was ended, are somebody else's gift: settling the seat
 * would leave them alone, so they are no drift.
 */
export function hasDrifted({ applied, isDenied }: Pick<AppliedSeat, 'applied' | 'isDenied'>, row: Enrolment): boolean {
  if (!row.isActive) return applied.isActive
  if (!applied.isActive) return isDenied || row.mode === applied.mode
  return worthOf(row.mode) < worthOf(applied.mode)
}

function worthOf(mode: CourseMode | null): number {
  return mode === null ? -1 : worthOfMode(mode)
}
