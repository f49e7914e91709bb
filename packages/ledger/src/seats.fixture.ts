import type { OrderOffer, OrderSnapshot } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import type { RedisLedger } from './index.ts'

/** The first seat of an order. */
export async function theSeat(ledger: RedisLedger, order: Pick<OrderSnapshot, 'store' | 'order'> = anOrder()) {
  const view = await ledger.orderView(order)
  const [id] = view?.seats ?? []
  if (id === undefined) throw new Error('the order has no seat')
  const seat = await ledger.readSeat(id)
  if (seat === undefined) throw new Error('the seat is not there')
  return seat
}

/** An order that sells a course to nobody. */
export function nobody(change: Partial<OrderSnapshot> = {}): OrderOffer {
  return anOffer(anOrder({ learner: null, ...change }))
}

/** Applies what a read that begins now finds. */
export async function apply(ledger: RedisLedger, offer: OrderOffer) {
  return ledger.applyReading(await ledger.numberRead(offer.snapshot), offer)
}

/** Ends a turn of a seat as a worker does. @returns whether the seat is settled by it. */
export async function settleSeat(ledger: RedisLedger, id: string, generation: number) {
  const lease = await ledger.lease(id, 5000)
  if (lease === undefined) throw new Error('the lease is taken')
  return ledger.settle(id, generation, { status: 'applied' }, lease)
}
