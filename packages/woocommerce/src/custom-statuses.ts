import type { OrderSnapshot, StoreId } from '@seatkeeper/core'

/** Statuses of WooCommerce itself that decide nothing yet. */
const awaiting: ReadonlySet<string> = new Set(['pending', 'on-hold', 'checkout-draft', 'auto-draft', 'draft', 'new'])

/** An order status that somebody added to a shop, and that its configuration neither grants nor withdraws for. */
export interface CustomStatus {
  readonly store: StoreId
  readonly status: string
}

/** Tells of each custom status that decides nothing, once for each store: orders in it change no seat. */
export function noticeCustomStatuses(onFound: (found: CustomStatus) => void) {
  const found = new Set<string>()
  return ({ store, status, access }: Pick<OrderSnapshot, 'store' | 'status' | 'access'>): void => {
    const name = `${store}/${status}`
    if (access !== 'undecided' || awaiting.has(status) || found.has(name)) return
    found.add(name)
    onFound({ store, status })
  }
}
