import { setTimeout as pause } from 'node:timers/promises'
import type { RedisLedger } from '@seatkeeper/ledger'

/** Whose seat no process survives. */
export const poisonAddress = 'poison@example.org'

const othersStartWithinMs = 300

/** A ledger as it is, except that the process dies over one seat, once others are in hand beside it. */
export function poisoned(ledger: RedisLedger): RedisLedger {
  return {
    ...ledger,
    readSeat: async (id) => {
      const seat = await ledger.readSeat(id)
      if (seat?.email === poisonAddress) {
        await pause(othersStartWithinMs)
        process.abort()
      }
      return seat
    },
  }
}

/** Nobody is ever a suspect. */
export function withoutGuilt(ledger: RedisLedger): RedisLedger {
  return {
    ...ledger,
    lease: async (key, forMs) => {
      const lease = await ledger.lease(key, forMs)
      return lease === undefined ? undefined : { ...lease, crashes: 0, mayWork: true }
    },
  }
}
