import {
  itemId,
  JobFailure,
  planSeats,
  readOrder as readOrderJob,
  type Catalogue,
  type JobData,
  type Ledger,
  type OrderRef,
  type OrderSnapshot,
  type Outcome,
  type Store,
  type WakeUp,
} from '@seatkeeper/core'
import { converge, leaseGraceMs } from './converge.ts'
import { offerOf } from './offer.ts'

export interface ReadOrderParts {
  readonly ledger: Ledger
  readonly store: Store
  readonly catalogue: Catalogue
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

const readsPerTurn = 3

/**
 * Reads one order at its shop and applies what it finds: it is the truth, unless a snapshot was applied meanwhile.
 *
 * @throws JobFailure ORDER_WITHOUT_LEARNER after applying all else, if a course was sold to nobody we could name.
 */
export function readOrder(parts: ReadOrderParts) {
  return (
    { store, order }: JobData<typeof readOrderJob>,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Outcome> => {
    const ref = { store, order }
    const turn = { id: itemId({ kind: 'order', ...ref }), leaseMs: readOrderJob.deadlineMs + leaseGraceMs }
    return converge(parts.ledger, turn, () => readUntilCurrent(parts, ref, signal))
  }
}

async function readUntilCurrent(parts: ReadOrderParts, ref: OrderRef, signal: AbortSignal): Promise<Outcome> {
  for (let attempt = 0; attempt < readsPerTurn; attempt += 1) {
    const number = await parts.ledger.numberRead(ref)
    const reading = await parts.store.readOrder(ref, signal)
    const applied =
      reading.kind === 'deleted'
        ? await parts.ledger.applyDeletion(number, ref)
        : await applyOrder(parts, number, reading.snapshot)
    await parts.wake(applied.wakeUps)
    if (applied.result === 'applied') return { status: applied.wakeUps.length > 0 ? 'applied' : 'unchanged' }
  }
  throw new JobFailure('LEASE_LOST', 'snapshots of this order overtook every read')
}

async function applyOrder({ ledger, catalogue, wake }: ReadOrderParts, number: number, snapshot: OrderSnapshot) {
  const plan = planSeats(snapshot, catalogue, await ledger.knownItems(snapshot))
  const applied = await ledger.applyReading(number, offerOf(snapshot, plan))
  if (applied.result === 'applied' && plan.linesWithoutLearner.length > 0) {
    await wake(applied.wakeUps)
    throw new JobFailure('ORDER_WITHOUT_LEARNER', `lines ${plan.linesWithoutLearner.join(', ')} name nobody who learns`)
  }
  return applied
}
