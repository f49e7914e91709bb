import type { Ledger } from '@seatkeeper/core'
import type { RedisLedger } from '@seatkeeper/ledger'

/** A guard that can be composed away, to see that the test sees. */
export type Guard = 'compare-and-set' | 'lease' | 'strictly-newer'

export const guards: readonly Guard[] = ['compare-and-set', 'lease', 'strictly-newer']

/** A ledger as it is, except that one guard lets everything pass. */
export function without(guard: Guard | undefined, ledger: RedisLedger): RedisLedger {
  return guard === undefined ? ledger : { ...ledger, ...nullGuards[guard](ledger) }
}

const forEverMs = Number.MAX_SAFE_INTEGER / 2

const nullGuards: Readonly<Record<Guard, (ledger: RedisLedger) => Partial<Ledger>>> = {
  /** Settles whatever generation is current, not the one that was converged. */
  'compare-and-set': (ledger) => ({
    settle: async (id, generation, outcome, lease) => {
      const item = await ledger.itemStatus(id)
      await ledger.settle(id, item?.generation ?? generation, outcome, lease)
      return true
    },
  }),
  /** Everybody gets a lease of their own, at once and for ever. */
  lease: (ledger) => {
    let leases = 0
    return { lease: (key) => ledger.lease(`${key}-${(leases += 1)}`, forEverMs) }
  },
  /** Takes every snapshot for a new one. */
  'strictly-newer': (ledger) => ({
    applySnapshot: async (offer) => {
      const modifiedAtMs = await ledger.nowMs()
      return ledger.applySnapshot({ ...offer, snapshot: { ...offer.snapshot, modifiedAtMs } })
    },
  }),
}
