import { itemId, OrderId, type Housekeeping, type ItemStatus, type Suspect, type UnknownLine } from '@seatkeeper/core'
import { z } from 'zod'
import { readAccepted } from './orders.ts'
import type { Scripts } from './scripts.ts'

const nullIfEmpty = (text: string) => (text === '' ? null : text)

const Standing = z
  .tuple([OrderId, z.coerce.number(), z.number(), z.string(), z.string()])
  .transform(([order, modifiedAtMs, timesSeen, known, status]) => ({
    order,
    modifiedAtMs,
    timesSeen,
    knownMs: known === '' ? null : Number(known),
    status: z
      .enum(['due', 'waiting', 'settled', 'dead'])
      .nullable()
      .parse(nullIfEmpty(status)) satisfies ItemStatus | null,
  }))
const SuspectRow = z
  .tuple([OrderId, z.string(), z.number(), z.number(), z.number()])
  .transform(([order, hash, grants, isOverdue, isDead]): Suspect => ({
    order,
    hash: nullIfEmpty(hash),
    grants: grants === 1,
    isOverdue: isOverdue === 1,
    isDead: isDead === 1,
  }))
const Lines = z.array(z.object({ sku: z.string().nullable(), product: z.string(), variation: z.string() }))
const UnknownRow = z
  .tuple([OrderId, z.string().transform((text) => Lines.parse(JSON.parse(text)))])
  .transform(([order, lines]) => lines.map((line): UnknownLine => ({ order, line })))
const ClaimRow = z.tuple([z.string(), z.enum(['granted', 'withdrawn'])])

/** What the ledger remembers for reconcile and the webhook watch; every method is one script. */
export function createHousekeeping(run: Scripts): Housekeeping {
  return {
    standingsOf: async (store, list, fromMs, sightings) =>
      z.array(Standing).parse(await run('standingsOf', store, list, fromMs, JSON.stringify(sightings))),
    countSighting: async (store, list, { order, modifiedAtMs }) => {
      await run('countSighting', store, list, order, modifiedAtMs)
    },
    sightRefunds: async (store, refunds, isFirst) => {
      const names = refunds.map(({ order, refund }) => `${order}/${refund}`)
      await run('sightRefunds', store, JSON.stringify(names), isFirst ? 1 : 0)
    },
    refundSuspects: async (store, limit) => z.array(SuspectRow).parse(await run('refundSuspects', store, limit)),
    longestUnread: async (store, limit) => z.array(SuspectRow).parse(await run('longestUnread', store, limit)),
    unknownLines: async (store) =>
      z
        .array(UnknownRow)
        .parse(await run('unknownLines', store))
        .flat(),
    noteUnchanged: async (store, orders) => {
      await run('noteUnchanged', store, JSON.stringify(orders))
    },
    bumpAtRest: async (store, found) => readAccepted(['read'], await run('bumpAtRest', store, JSON.stringify(found))),
    bumpChore: async (chore) => readAccepted(['bumped', 'unknown'], await run('bumpChore', itemId(chore))),
    claimsOf: async (ref) => new Map(z.array(ClaimRow).parse(await run('claimsOf', JSON.stringify(ref)))),
  }
}
