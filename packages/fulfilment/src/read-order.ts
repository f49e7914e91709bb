import {
  itemId,
  JobFailure,
  readOrder as readOrderJob,
  type JobData,
  type Ledger,
  type OrderRef,
  type OrderSnapshot,
  type Outcome,
  type Plan,
  type Store,
  type StorePolicy,
  type WakeUp,
} from '@seatkeeper/core'
import { converge, leaseGraceMs } from './converge.ts'
import { offerOf } from './offer.ts'
import { planOrder } from './plan-order.ts'
import { learnProducts } from './products.ts'

export interface ReadOrderParts {
  readonly ledger: Ledger
  readonly store: Pick<Store, 'readOrder' | 'readProduct'>
  readonly policy: StorePolicy
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

const readsPerTurn = 3

/**
 * Reads one order at its shop and applies what it finds: it is the truth, unless a snapshot was applied meanwhile.
 *
 * @throws JobFailure ORDER_WITHOUT_LEARNER or ORDER_LINE_UNKNOWN after applying all else, if a course was sold to nobody we
 *         could name, or a line names a course that cannot be. ORDER_HELD with nothing applied, if the brake holds it.
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
        ? await parts.ledger.applyDeletion(number, ref, parts.policy.brake)
        : await applyOrder(parts, number, reading.snapshot, signal)
    await parts.wake(applied.wakeUps)
    if (applied.result === 'held') throw new JobFailure('ORDER_HELD', 'too many seats would end in an hour')
    if (applied.result === 'applied') return { status: applied.wakeUps.length > 0 ? 'applied' : 'unchanged' }
  }
  throw new JobFailure('LEASE_LOST', 'snapshots of this order overtook every read')
}

async function applyOrder(parts: ReadOrderParts, number: number, snapshot: OrderSnapshot, signal: AbortSignal) {
  const { ledger, policy, wake } = parts
  const planned = await understand(parts, snapshot, signal)
  if (planned.isLeftAlone) return leftAlone
  const applied = await ledger.applyReading(number, offerOf(snapshot, planned.plan, policy))
  const failure = failureOf(planned.plan)
  if (applied.result !== 'applied' || failure === undefined) return applied
  await wake(applied.wakeUps)
  throw failure
}

const leftAlone = { result: 'applied', wakeUps: [] } as const

/** Plans an order; where a line is not understood without its product, the product is read first. */
async function understand({ ledger, store, policy }: ReadOrderParts, snapshot: OrderSnapshot, signal: AbortSignal) {
  const planned = await planOrder(ledger, snapshot, policy)
  const unread = snapshot.lines.filter(({ line }) => planned.plan.unread.includes(line))
  if (unread.length === 0) return planned
  await learnProducts({ ledger, store }, snapshot.store, unread, signal)
  return planOrder(ledger, snapshot, policy)
}

/** What a person has to put right about an order whose other lines were applied. */
function failureOf({ linesWithoutLearner, unknown }: Plan): JobFailure | undefined {
  if (linesWithoutLearner.length > 0) {
    return new JobFailure('ORDER_WITHOUT_LEARNER', `lines ${linesWithoutLearner.join(', ')} name nobody who learns`)
  }
  if (unknown.length === 0) return undefined
  return new JobFailure('ORDER_LINE_UNKNOWN', `lines ${unknown.join(', ')} name a course that cannot be`)
}
