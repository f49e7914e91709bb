import {
  itemId,
  type DeadItems,
  type Ledger,
  type OperatorLog,
  type OrderRef,
  type OrderView,
  type WakeUp,
} from '@seatkeeper/core'
import { inOrder, replayEach, type Replayed } from './replay.ts'

export interface RetryOrderParts {
  readonly ledger: Pick<DeadItems, 'dead' | 'replay'> &
    Pick<OperatorLog, 'recordAction'> &
    Pick<Ledger, 'noteHint'> & {
      /** Undefined for an order that is not known yet. */
      orderView(ref: OrderRef): Promise<Pick<OrderView, 'seats'> | undefined>
    }
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** One order, and who has it tried again, for the record. */
export interface RetryOrderRequest {
  readonly ref: OrderRef
  readonly by: string
}

/**
 * Has one order read again at its shop, and opens what is dead of it: its reading, its seats, telling its shop.
 *
 * Opening a held reading lets it through, as a replay by its name does. What was given up by hand stays so. Doing it twice does
 * it once; an order that is not known yet is read for the first time.
 */
export function retryOrder({ ledger, wake }: RetryOrderParts) {
  return async ({ ref, by }: RetryOrderRequest): Promise<Replayed> => {
    const order = itemId({ kind: 'order', ...ref })
    const seats = (await ledger.orderView(ref))?.seats ?? []
    const dead = await ledger.dead({
      items: [order, itemId({ kind: 'tell', ...ref }), ...seats.map((id) => `seat-${id}`)],
    })
    await ledger.recordAction({ by, action: 'retry', on: order, detail: `dead: ${dead.length}` })
    const done = await replayEach({ agenda: ledger, wake }, inOrder(dead, {}), { by })
    const isDue = done.replayed.some((id) => id === order || id.startsWith('seat-'))
    if (!isDue) await wake((await ledger.noteHint(ref, 'operator')).wakeUps)
    return done
  }
}
