import type { Ledger, Retention } from '@seatkeeper/core'

/** How long things are kept, in days. */
export interface RetentionDays {
  readonly jobs: number
  readonly timelines: number
  readonly replays: number
  readonly orders: number
  readonly operatorLog: number
}

export interface PurgeParts {
  readonly ledger: Retention & Pick<Ledger, 'lease' | 'readCursor' | 'writeCursor' | 'nowMs'>
  /** Removes finished jobs and events that are older. */
  readonly purgeJobs: (olderThanMs: number) => Promise<number>
  readonly days: RetentionDays
  /** Told of each turn that removed something. */
  readonly onPurged: (purged: { readonly items: number; readonly jobs: number }) => void
}

const dayMs = 86_400_000
const pauseBetweenRoundsMs = 3_600_000
const itemsPerTurn = 500
const leaseMs = 60_000

/**
 * Makes one turn of a purge that never ends: some items, and at the end of a round what finished jobs left behind; then an
 * hour's rest.
 *
 * Any process may call it at any time: one in the deployment has its turn, the others do nothing. Where it stopped is kept
 * after each turn, and what was removed twice was gone already.
 */
export function purge(parts: PurgeParts) {
  const { ledger, days, purgeJobs, onPurged } = parts
  return async (): Promise<void> => {
    const lease = await ledger.lease('purge', leaseMs)
    if (lease === undefined) return
    try {
      const nowMs = await ledger.nowMs()
      const place = readPlace(await ledger.readCursor('purge'))
      if (place.kind === 'resting' && nowMs < place.untilMs) return
      const since = keptSince(days, nowMs)
      const { removed, next } = await ledger.purgeItems(place.kind === 'at' ? place.cursor : null, itemsPerTurn, since)
      if (next === null) await ledger.purgeOperatorLog(since)
      const jobs = next === null ? await purgeJobs(days.jobs * dayMs) : 0
      await ledger.writeCursor('purge', next === null ? `rest ${nowMs + pauseBetweenRoundsMs}` : next)
      if (removed + jobs > 0) onPurged({ items: removed, jobs })
    } finally {
      await lease.release()
    }
  }
}

type Place =
  { readonly kind: 'at'; readonly cursor: string | null } | { readonly kind: 'resting'; readonly untilMs: number }

function readPlace(text: string | null): Place {
  const [, untilMs] = /^rest (\d+)$/.exec(text ?? '') ?? []
  return untilMs === undefined ? { kind: 'at', cursor: text } : { kind: 'resting', untilMs: Number(untilMs) }
}

function keptSince({ timelines, replays, orders, operatorLog }: RetentionDays, nowMs: number) {
  const ago = (days: number) => nowMs - days * dayMs
  return {
    timelinesMs: ago(timelines),
    replaysMs: ago(replays),
    ordersMs: ago(orders),
    operatorLogMs: ago(operatorLog),
  }
}
