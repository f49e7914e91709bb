import type { Housekeeping, Ledger, Store, StoreId, Suspect } from '@seatkeeper/core'
import type { RoundTime } from './poll-modified.ts'

/** What going through all refunds of a shop needs. */
export interface RefundParts {
  readonly ledger: Pick<Ledger, 'readCursor' | 'writeCursor'> & Pick<Housekeeping, 'sightRefunds' | 'refundSuspects'>
  readonly store: Pick<Store, 'readRefunds'>
}

/** A hundred refunds each. A shop with more is gone through over several rounds. */
const pagesPerRound = 20
/** Each costs two calls to the shop. */
const mostSuspects = 50

/**
 * Goes through the shop's list of all refunds and names the orders that have others than when they were last read.
 *
 * A deleted refund shows nowhere else: the order is not modified by it and no webhook says so. Pages shift while refunds are
 * made and deleted, so an order named here is only suspected.
 *
 * @returns none before the list was gone through to its end.
 */
export async function compareRefunds(
  { ledger, store }: RefundParts,
  of: StoreId,
  time: RoundTime,
): Promise<readonly Suspect[]> {
  const cursor = `refunds-${of}`
  let page = Number((await ledger.readCursor(cursor)) ?? 1)
  for (let pages = 0; pages < pagesPerRound && !time.isOver(); pages += 1) {
    const { refunds, isFull } = await store.readRefunds(page, time.signal)
    await ledger.sightRefunds(of, refunds, page === 1)
    page = isFull ? page + 1 : 1
    await ledger.writeCursor(cursor, String(page))
    if (!isFull) return ledger.refundSuspects(of, mostSuspects)
  }
  return []
}
