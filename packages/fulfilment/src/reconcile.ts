import {
  StoreId,
  toFailure,
  type doChore,
  type Housekeeping,
  type JobData,
  type Ledger,
  type Outcome,
  type Store,
} from '@seatkeeper/core'
import { doRound, type ChoreTurn } from './chore.ts'
import { compareOrders, type CompareParts, type Compared } from './compare-orders.ts'
import { compareRefunds } from './compare-refunds.ts'
import { reviveCorrected, type CorrectedParts } from './corrected-products.ts'
import { pollModified, type Polled, type PollParts, type RoundTime } from './poll-modified.ts'

export interface ReconcileParts {
  readonly ledger: Ledger & Housekeeping
  readonly store: Pick<Store, 'readModified' | 'readRefunds' | 'readOrder' | 'readProduct'>
  readonly catalogue: CorrectedParts['catalogue']
  /** See `acceptNews`: the same again is nothing. */
  readonly accept: PollParts['accept']
  readonly wake: CompareParts['wake']
  /** Where the very first poll begins, milliseconds since 1970; null for a day ago. */
  readonly sinceMs: number | null
  readonly everyMs: number
  /** How long a round goes on before the rest of it is left for the next, at once; 40 s unless given. */
  readonly roundMs?: number
  /** Told of what kept a part of a round from being done; the next round tries it again. */
  readonly onFailure: ChoreTurn['onFailure']
  /** Told of every round. */
  readonly onRound: (round: Reconciled) => void
}

/** What one round came to. */
export interface Reconciled {
  readonly store: StoreId
  /** Orders that the shop listed as modified. */
  readonly polled: number
  /** Of them, those whose webhook was lost or late, applied as they are. */
  readonly applied: number
  /** Orders made due to be read. */
  readonly bumped: number
  /** Orders suspected because of refunds that are gone, or that nobody told of. */
  readonly differingRefunds: number
  /** Orders compared with the shop one by one. */
  readonly compared: number
  /** Orders that the shop calls deleted, but too many at once to be believed: they are held for a person. */
  readonly held: number
  readonly isDone: boolean
}

const aDayMs = 86_400_000
const usualRoundMs = 40_000

/**
 * One round of healing what a shop forgot to say: modified orders, those in the trash, refunds that are gone, orders that
 * vanished, products that were corrected.
 *
 * A part that fails on its own account is left for the next round and holds up no other, so no odd answer ends this for good;
 * an outage and a limit of our calls end the round.
 */
export function reconcile(parts: ReconcileParts) {
  const { ledger, everyMs, onFailure } = parts
  return ({ of }: JobData<typeof doChore>, { signal }: { readonly signal: AbortSignal }): Promise<Outcome> => {
    const store = StoreId.parse(of)
    const turn = { item: { kind: 'chore', chore: 'reconcile', of: store }, everyMs, onFailure } as const
    return doRound(ledger, turn, () => oneRound(parts, store, signal))
  }
}

async function oneRound(parts: ReconcileParts, store: StoreId, signal: AbortSignal): Promise<Reconciled> {
  const time = startRound(parts.roundMs ?? usualRoundMs, signal)
  const firstSinceMs = parts.sinceMs ?? (await parts.ledger.nowMs()) - aDayMs
  const part = <Result>(run: () => Promise<Result>, otherwise: Result) => tolerant(parts.onFailure, run, otherwise)
  const poll = (list: 'orders' | 'trash') => pollModified(parts, { store, list, firstSinceMs }, time)
  const orders = await part(() => poll('orders'), noPoll)
  const trash = await part(() => poll('trash'), noPoll)
  const suspects = await part(() => compareRefunds(parts, store, time), [])
  const compared = await part(() => compareOrders(parts, store, suspects, time), noComparison)
  const corrected = await part(() => reviveCorrected(parts, store, time), 0)
  const round: Reconciled = {
    store,
    polled: orders.polled + trash.polled,
    applied: orders.applied + trash.applied,
    bumped: orders.bumped + trash.bumped + compared.bumped + corrected,
    differingRefunds: suspects.length,
    compared: compared.compared,
    held: compared.held,
    isDone: orders.isDone && trash.isDone && compared.isDone,
  }
  parts.onRound(round)
  return round
}

const noPoll: Polled = { polled: 0, applied: 0, bumped: 0, isDone: true }
const noComparison: Compared = { compared: 0, bumped: 0, held: 0, isDone: true }

function startRound(roundMs: number, signal: AbortSignal): RoundTime {
  const endsAtMs = performance.now() + roundMs
  return { signal, isOver: () => performance.now() >= endsAtMs }
}

async function tolerant<Result>(
  onFailure: ChoreTurn['onFailure'],
  run: () => Promise<Result>,
  otherwise: Result,
): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    const failure = toFailure(error)
    if (failure.verdict === 'outage' || failure.verdict === 'throttled') throw failure
    onFailure(failure)
    return otherwise
  }
}
