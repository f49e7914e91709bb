import { LmsId } from '@seatkeeper/core'
import { z } from 'zod'
import { imbalanceKinds, type ImbalanceKind } from './imbalance.ts'
import type { LedgerParts } from './scripts.ts'

/** What was done in some time. */
export interface Beats {
  /** Attempts that ended as they should. */
  readonly done: number
  readonly failed: number
  /** The longest time from a wake-up to the end of its work, of those done. */
  readonly longestMs: number
}

/** How many seats of an LMS are not as they were paid for. */
export type BalanceCount = Readonly<Record<ImbalanceKind, number>> & {
  readonly lms: LmsId
  /** When every seat had been looked at. */
  readonly atMs: number
}

/** What workers tell for the console. It is seen, and nothing else goes by it. */
export interface Pulse {
  /** Adds what one process did since it last told. */
  addBeats(beats: Beats): Promise<void>
  /** Each of the ten minutes of the last day up to now, the oldest first; those without any are all zero. */
  pulse(nowMs: number): Promise<readonly Beats[]>
  keepBalance(count: Omit<BalanceCount, 'atMs'>): Promise<void>
  balances(): Promise<readonly BalanceCount[]>
}

/** Length of one count. */
export const beatMs = 600_000
const beatsKept = 144

const Kept = z.tuple([
  z.coerce.number<string | null>(),
  z.coerce.number<string | null>(),
  z.coerce.number<string | null>(),
])
const Balance = z.object({ 'paid-but-not-enrolled': z.number(), 'refunded-but-enrolled': z.number(), atMs: z.number() })

/** Key beside those of the scripts: `balances` (LMS to JSON). */
export function createPulse({ redis, run, prefix }: LedgerParts, nowMs: () => Promise<number>): Pulse {
  return {
    addBeats: async ({ done, failed, longestMs }) => {
      if (done + failed > 0) await run('addBeats', done, failed, Math.ceil(longestMs))
    },
    pulse: async (untilMs) => {
      const last = untilMs - (untilMs % beatMs)
      const starts = Array.from({ length: beatsKept }, (_, index) => last - (beatsKept - 1 - index) * beatMs)
      return Promise.all(
        starts.map(async (start) => {
          const kept = await redis.hmget(`${prefix}pulse:${start}`, 'done', 'failed', 'longest')
          const [done, failed, longestMs] = Kept.parse(kept)
          return { done, failed, longestMs }
        }),
      )
    },
    keepBalance: async ({ lms, ...counts }) => {
      await redis.hset(`${prefix}balances`, lms, JSON.stringify({ ...counts, atMs: await nowMs() }))
    },
    balances: async () =>
      Object.entries(await redis.hgetall(`${prefix}balances`)).map(([lms, text]) => ({
        lms: LmsId.parse(lms),
        ...Balance.parse(JSON.parse(text)),
      })),
  }
}

/** Counts seats by what is wrong with them. */
export function countImbalances(
  seats: readonly { readonly kind: ImbalanceKind }[],
): Readonly<Record<ImbalanceKind, number>> {
  const [paid, refunded] = imbalanceKinds.map((kind) => seats.filter((seat) => seat.kind === kind).length)
  return { 'paid-but-not-enrolled': paid ?? 0, 'refunded-but-enrolled': refunded ?? 0 }
}
