import type { CourseMode, LmsId } from '@seatkeeper/core'
import type { Balance, ImbalancedSeat } from '@seatkeeper/ledger'
import type { LmsConfig } from '@seatkeeper/openedx'

/** What is needed to count the imbalanced seats of some LMSs. */
interface BalanceWatchParts {
  readonly ledger: Balance
  readonly lms: readonly Pick<LmsConfig, 'id' | 'lastClaimGone'>[]
  /** Told once for each LMS when every seat has been looked at. */
  readonly onBalanced: (lms: LmsId, imbalanced: readonly ImbalancedSeat[]) => void
}

/** About how many items one look goes through: small shops are counted whole each time, large ones in turns. */
const itemsPerLook = 2000

/** Counts what was paid or refunded and is not so at the LMS. Gives what looks at the next few seats. */
export function watchBalance({ ledger, lms, onBalanced }: BalanceWatchParts): () => Promise<void> {
  const kept = new Map(lms.flatMap(({ id, lastClaimGone }) => keptBy(id, lastClaimGone)))
  const found = new Map<string, ImbalancedSeat>()
  let cursor: string | null = null
  return async () => {
    const page = await ledger.imbalancedSeats({ cursor, limit: itemsPerLook, kept })
    for (const seat of page.seats) found.set(seat.seat, seat)
    cursor = page.next
    if (cursor !== null) return
    const byLms = Map.groupBy(found.values(), (seat) => seat.lms)
    found.clear()
    for (const { id } of lms) onBalanced(id, byLms.get(id) ?? [])
  }
}

function keptBy(id: LmsId, lastClaimGone: LmsConfig['lastClaimGone']): readonly (readonly [LmsId, CourseMode])[] {
  return lastClaimGone === 'deactivate' ? [] : [[id, lastClaimGone.downgradeTo]]
}
