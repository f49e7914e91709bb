import { createHash } from 'node:crypto'
import type { OrderOffer, OrderSnapshot, Plan, StorePolicy } from '@seatkeeper/core'

/** An order as it is offered to the ledger. The hash is of our own words, so equal news in other bytes is the same. */
export function offerOf(snapshot: OrderSnapshot, plan: Plan, { catalogue, tells }: StorePolicy): OrderOffer {
  const { store, order, status, access, modifiedAtMs, learner, fullyRefunded } = snapshot
  const lines = snapshot.lines.map((line) => [
    line.line,
    line.sku,
    line.product,
    line.variation,
    line.quantity,
    line.refunded,
    line.learners,
  ])
  const words = JSON.stringify([store, order, status, access, modifiedAtMs, learner, fullyRefunded, lines])
  const hash = createHash('sha256').update(words).digest('base64url')
  return { snapshot, plan, hash, catalogue: catalogue.hash, tells }
}
