import {
  toFailure,
  type Housekeeping,
  type OrderId,
  type Store,
  type StoreId,
  type Suspect,
  type Verdict,
  type WakeUp,
} from '@seatkeeper/core'
import { hashOf } from './offer.ts'
import type { RoundTime } from './poll-modified.ts'

/** What comparing orders with their shop needs. */
export interface CompareParts {
  readonly ledger: Pick<Housekeeping, 'longestUnread' | 'noteUnchanged' | 'bumpSettled'>
  readonly store: Pick<Store, 'readOrder'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** What a comparison came to. */
export interface Compared {
  /** Orders read at the shop. */
  readonly compared: number
  /** Of them, those that were not as they are known, and are due to be read in earnest. */
  readonly bumped: number
  /** Orders that the shop calls deleted, but not believed: too many at once. */
  readonly held: number
  readonly isDone: boolean
}

/** Besides those that are suspected. They are also the witnesses to what the shop says of these. */
const mostUnread = 10
const fewestHeld = 3

/**
 * Compares orders with their shop, and makes those that changed due to be read; all others are left in peace.
 *
 * Compared are the suspects given and the few that were not compared for the longest time, for that is how an order is found
 * that was deleted without a word. If most of the orders that grant anything are said to be deleted, three at least, the
 * shop is not believed: none of them is made due, until the shop thinks better of it or a person has them read.
 */
export async function compareOrders(
  parts: CompareParts,
  of: StoreId,
  suspects: readonly Suspect[],
  time: RoundTime,
): Promise<Compared> {
  const unread = await parts.ledger.longestUnread(of, mostUnread)
  if (suspects.length === 0 && !unread.some(({ isOverdue }) => isOverdue)) return nothing
  const all = [...new Map([...suspects, ...unread].map((suspect) => [suspect.order, suspect])).values()]
  const found: Comparison[] = []
  for (const suspect of all) {
    if (time.isOver()) break
    found.push({ ...suspect, is: await compare(parts.store, of, suspect, time.signal) })
  }
  const isBelieved = isShopBelieved(found)
  const changed = found.filter(({ is }) => is === 'changed' || (is === 'deleted' && isBelieved))
  await parts.ledger.noteUnchanged(of, ordersOf(found.filter(({ is }) => is === 'same')))
  const { wakeUps } = await parts.ledger.bumpSettled(of, ordersOf(changed))
  await parts.wake(wakeUps)
  const held = isBelieved ? 0 : found.filter(({ is }) => is === 'deleted').length
  return { compared: found.length, bumped: wakeUps.length, held, isDone: found.length === all.length }
}

const nothing: Compared = { compared: 0, bumped: 0, held: 0, isDone: true }

/** An order beside what its shop says of it now. */
export interface Comparison extends Suspect {
  readonly is: 'same' | 'changed' | 'deleted'
}

/** Pure. Orders that grant nothing say nothing: shops empty their trash. */
export function isShopBelieved(found: readonly Pick<Comparison, 'grants' | 'is'>[]): boolean {
  const granting = found.filter(({ grants }) => grants)
  const deleted = granting.filter(({ is }) => is === 'deleted').length
  return deleted < fewestHeld || deleted * 2 <= granting.length
}

/** An order that the shop cannot show counts as changed: reading it in earnest brings it before people. */
async function compare(
  store: CompareParts['store'],
  of: StoreId,
  { order, hash }: Suspect,
  signal: AbortSignal,
): Promise<Comparison['is']> {
  try {
    const reading = await store.readOrder({ store: of, order }, signal)
    if (reading.kind === 'deleted') return 'deleted'
    return hashOf(reading.snapshot) === hash ? 'same' : 'changed'
  } catch (error) {
    if (signal.aborted || !isItsOwn.has(toFailure(error).verdict)) throw error
    return 'changed'
  }
}

/** Verdicts on one order alone. */
const isItsOwn: ReadonlySet<Verdict> = new Set(['permanent', 'transient'])

function ordersOf(found: readonly Comparison[]): readonly OrderId[] {
  return found.map(({ order }) => order)
}
