import { createHash } from 'node:crypto'
import type { OrderOffer, OrderSnapshot, Plan, StorePolicy } from '@seatkeeper/core'

/** An order as it is offered to the ledger. */
export function offerOf(snapshot: OrderSnapshot, plan: Plan, { catalogue, tells, brake }: StorePolicy): OrderOffer {
  return { snapshot, plan, hash: hashOf(snapshot), catalogue: catalogue.hash, tells, brake }
}

/** Tells apart what a shop says of an order. It is of our own words, so equal news in other bytes is the same. */
export function hashOf(snapshot: OrderSnapshot): string {
  const { store, order, status, access, modifiedAtMs, learner, fullyRefunded } = snapshot
  const refunds = snapshot.refunds.toSorted()
  const lines = snapshot.lines.map((line) => [
    line.line,
    line.sku,
    line.product,
    line.variation,
    line.quantity,
    line.refunded,
    line.learners,
  ])
  const words = JSON.stringify([store, order, status, access, modifiedAtMs, learner, fullyRefunded, refunds, lines])
  return createHash('sha256').update(words).digest('base64url')
}
