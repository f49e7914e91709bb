import {
  deletedHash,
  toFailure,
  type Finding,
  type Housekeeping,
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
  readonly ledger: Pick<Housekeeping, 'longestUnread' | 'noteUnchanged' | 'bumpAtRest'>
  readonly store: Pick<Store, 'readOrder'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** What a comparison came to. */
export interface Compared {
  /** Orders read at the shop. */
  readonly compared: number
  /** Of them, those that were not as they are known, and are due to be read in earnest. */
  readonly bumped: number
  /** Orders that the shop calls deleted, but too many at once to be believed: they are held for a person. */
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
 * that was deleted without a word, and a dead one that changed. If most of the orders that grant anything are said to be
 * deleted, three at least, the shop is not believed: what then is read as deleted is held as if by the brake, until the shop
 * thinks better of it or a person replays it.
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
    found.push(await compare(parts.store, of, suspect, time.signal))
  }
  const findings = findingsOf(found)
  const changed = new Set(findings.map(({ order }) => order))
  await parts.ledger.noteUnchanged(
    of,
    found.map(({ order }) => order).filter((order) => !changed.has(order)),
  )
  const { wakeUps } = await parts.ledger.bumpAtRest(of, findings)
  await parts.wake(wakeUps)
  const held = findings.filter(({ isDoubted }) => isDoubted).length
  return { compared: found.length, bumped: wakeUps.length, held, isDone: found.length === all.length }
}

const nothing: Compared = { compared: 0, bumped: 0, held: 0, isDone: true }

/** An order beside what its shop says of it now. */
export interface Comparison extends Suspect {
  /** The hash of what it is now, as in `Suspect`; null where the shop cannot show it. */
  readonly is: string | null
  readonly modifiedAtMs: number
}

/** Pure. Orders that grant nothing say nothing: shops empty their trash. */
export function isShopBelieved(found: readonly Pick<Comparison, 'grants' | 'is'>[]): boolean {
  const granting = found.filter(({ grants }) => grants)
  const deleted = granting.filter(({ is }) => is === deletedHash).length
  return deleted < fewestHeld || deleted * 2 <= granting.length
}

async function compare(
  store: CompareParts['store'],
  of: StoreId,
  suspect: Suspect,
  signal: AbortSignal,
): Promise<Comparison> {
  try {
    const reading = await store.readOrder({ store: of, order: suspect.order }, signal)
    if (reading.kind === 'deleted') return { ...suspect, is: deletedHash, modifiedAtMs: 0 }
    return { ...suspect, is: hashOf(reading.snapshot), modifiedAtMs: reading.snapshot.modifiedAtMs }
  } catch (error) {
    if (signal.aborted || !isItsOwn.has(toFailure(error).verdict)) throw error
    return { ...suspect, is: null, modifiedAtMs: 0 }
  }
}

/** Verdicts on one order alone. */
const isItsOwn: ReadonlySet<Verdict> = new Set(['permanent', 'transient'])

/** An order that the shop cannot show any more is read in earnest, which brings it before people; a dead one is there already. */
function findingsOf(found: readonly Comparison[]): readonly Finding[] {
  const isBelieved = isShopBelieved(found)
  return found
    .filter(({ is, hash, isDead }) => (is === null ? !isDead : is !== hash))
    .map(({ order, is, modifiedAtMs }) => {
      return { order, hash: is ?? '', modifiedAtMs, isDoubted: is === deletedHash && !isBelieved }
    })
}
