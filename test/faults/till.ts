import { LmsId, OrderId, StoreId, type OrderSnapshot, type WakeUp } from '@seatkeeper/core'
import { aLine, anOrder, catalogue, courseSku, emailOf, noBrake } from '@seatkeeper/core/fixture'
import { acceptNews } from '@seatkeeper/fulfilment'
import type { RedisLedger } from '@seatkeeper/ledger'

/** Takes orders and refunds as an ingress would, but without HTTP. */
export interface Till {
  /** Somebody buys a course of an LMS, the one of the simulators unless said; an order each. */
  sell(lms: string, learner: string, sku?: string): Promise<void>
  /** The order of this learner is cancelled. */
  cancel(lms: string, learner: string): Promise<void>
}

/** @param wake of the queue that workers listen to. */
export function openTill(ledger: RedisLedger, wake: (due: readonly WakeUp[]) => Promise<void>): Till {
  const orders = new Map<string, OrderSnapshot>()
  const accept = acceptNews({
    ledger,
    policyOf: (store) => ({
      catalogue: { ...catalogue, lms: LmsId.parse(store) },
      tells: false,
      sinceMs: null,
      brake: noBrake,
    }),
    wake,
    onWakeFailed: () => undefined,
  })
  const say = async (snapshot: OrderSnapshot) => {
    orders.set(`${snapshot.store} ${snapshot.learner}`, snapshot)
    await accept({ kind: 'snapshot', snapshot })
  }
  return {
    sell: (lms, learner, sku = courseSku) => {
      const order = OrderId.parse(String(1001 + orders.size))
      const lines = [aLine({ sku })]
      return say(anOrder({ store: StoreId.parse(lms), order, learner: emailOf(addressOf(learner)), lines }))
    },
    cancel: async (lms, learner) => {
      const sold = orders.get(`${lms} ${addressOf(learner)}`)
      if (sold === undefined) throw new RangeError(`${learner} bought nothing`)
      await say({ ...sold, status: 'cancelled', access: 'withdrawn', modifiedAtMs: sold.modifiedAtMs + 1000 })
    },
  }
}

/** Where a learner's mail goes. */
export function addressOf(learner: string): string {
  return `${learner}@example.org`
}
