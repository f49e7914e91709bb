import type { LmsId } from '@seatkeeper/core'
import type { ImbalancedSeat } from '@seatkeeper/ledger'
import type { Logger } from '@seatkeeper/service'

/** Names each seat whose work is done and that is not as it was paid for, once for as long as it stays so. */
export function tellImbalances(log: Pick<Logger, 'warn'>): (lms: LmsId, imbalanced: readonly ImbalancedSeat[]) => void {
  const told = new Map<LmsId, ReadonlySet<string>>()
  return (lms, imbalanced) => {
    const settled = imbalanced.filter(({ status }) => status === 'settled')
    for (const { seat, kind } of settled)
      if (told.get(lms)?.has(seat) !== true) log.warn('seat.imbalanced', { lms, kind, item: `seat-${seat}` })
    told.set(lms, new Set(settled.map(({ seat }) => seat)))
  }
}
