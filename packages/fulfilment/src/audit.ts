import {
  hasDrifted,
  itemId,
  noEnrolment,
  type AppliedSeat,
  type CourseKey,
  type Drift,
  type Enrolment,
  type Ledger,
  type Lms,
  type LmsId,
  type SeatId,
  type Username,
  type WakeUp,
} from '@seatkeeper/core'

/** What the audit asks of the ledger. Every method is one atomic step. */
export interface AuditLedger extends Pick<Ledger, 'readCursor' | 'writeCursor'> {
  /**
   * Seats of one LMS whose account is known and to which something was applied, aliases left out; at most `limit`.
   *
   * @param cursor null for the first page; `next` is null after the last. A seat may come twice, none is left out.
   */
  appliedSeats(
    lms: LmsId,
    cursor: string | null,
    limit: number,
  ): Promise<{ readonly seats: readonly AppliedSeat[]; readonly next: string | null }>
  /**
   * Keeps each finding in its seat's timeline; one of a seat that is not settled at that generation any more is left
   * out, because its row was changed by us.
   *
   * @returns whose findings were kept.
   */
  noteDrift(drifts: readonly Drift[]): Promise<readonly SeatId[]>
  /** Bumps those seats that are settled; the others have work under way. `reason` is for their timelines. */
  bumpSeats(seats: readonly SeatId[], reason: string): Promise<readonly WakeUp[]>
}

export interface AuditParts {
  readonly ledger: AuditLedger
  readonly lms: Pick<Lms, 'readEnrolments'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
  readonly policy: { readonly drift: 'report' | 'repair' }
}

/** What a turn of the audit came to; counts are of this turn. */
export interface Audited {
  /** Settled seats whose rows were looked at. */
  readonly checked: number
  readonly drifted: number
  /** Seats that were woken. */
  readonly repaired: number
  /** The last seat was reached: the next turn begins anew. */
  readonly isRoundOver: boolean
}

/** As many seats, and so at most as many learners, as the LMS answers about in one call. */
const seatsPerPage = 100
/** Keeps a turn below its deadline, and its calls below what housekeeping has of a minute. */
const pagesPerTurn = 5
/** What a turn is expected to ask of the LMS; learners with many courses take more. */
export const callsPerAuditTurn = pagesPerTurn

/**
 * Compares what an LMS holds with what was applied, page by page.
 *
 * Takes up where the last turn stopped, also where that failed: the pages that were looked at stay so. Repairing is
 * bumping: the seat is settled like any other, and no row is written here.
 */
export function audit(parts: AuditParts) {
  return async (of: LmsId, { signal }: { readonly signal: AbortSignal }): Promise<Audited> => {
    const chore = itemId({ kind: 'chore', chore: 'audit', of })
    const total = { checked: 0, drifted: 0, repaired: 0 }
    let cursor = (await parts.ledger.readCursor(chore)) || null
    for (let page = 0; page < pagesPerTurn; page += 1) {
      const { seats, next } = await parts.ledger.appliedSeats(of, cursor, seatsPerPage)
      const found = await auditPage(parts, seats, signal)
      total.checked += found.checked
      total.drifted += found.drifted
      total.repaired += found.repaired
      await parts.ledger.writeCursor(chore, next ?? '')
      if (next === null) return { ...total, isRoundOver: true }
      cursor = next
    }
    return { ...total, isRoundOver: false }
  }
}

async function auditPage(
  { ledger, lms, wake, policy }: AuditParts,
  seats: readonly AppliedSeat[],
  signal: AbortSignal,
) {
  const settled = seats.filter(({ status }) => status === 'settled')
  const usernames = [...new Set(settled.map(({ username }) => username))]
  const rows = new Map((await lms.readEnrolments(usernames, signal)).map((row) => [nameOf(row), row.enrolment]))
  const drifts = settled.flatMap((seat) => driftOf(seat, rows.get(nameOf(seat)) ?? noEnrolment))
  const noted = drifts.length === 0 ? [] : await ledger.noteDrift(drifts)
  const wakeUps = policy.drift === 'report' || noted.length === 0 ? [] : await ledger.bumpSeats(noted, 'drift')
  await wake(wakeUps)
  return { checked: settled.length, drifted: noted.length, repaired: wakeUps.length }
}

function nameOf({ username, course }: { readonly username: Username; readonly course: CourseKey }): string {
  return `${username} ${course}`
}

function driftOf(seat: AppliedSeat, found: Enrolment): readonly Drift[] {
  const { id, generation, applied } = seat
  return hasDrifted(seat, found) ? [{ seat: id, generation, applied, found }] : []
}
