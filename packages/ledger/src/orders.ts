import { randomBytes } from 'node:crypto'
import {
  CourseKey,
  CourseMode,
  LineId,
  LmsId,
  type Accepted,
  type KnownItems,
  type Ledger,
  type OrderOffer,
  type OrderSnapshot,
  type SoldLine,
} from '@seatkeeper/core'
import { z } from 'zod'
import { parseWakeUps } from './agenda.ts'
import type { Marks } from './erasure.ts'
import type { LedgerParts } from './scripts.ts'

const Items = z.array(z.object({ lms: LmsId, course: CourseKey, mode: CourseMode }))
const KnownRow = z.tuple([LineId, z.string().transform((text) => Items.parse(JSON.parse(text))), z.number()])

type Orders = Pick<
  Ledger,
  'knownItems' | 'reviveUnderCatalogue' | 'applySnapshot' | 'noteHint' | 'numberRead' | 'applyReading' | 'applyDeletion'
>

/** What the ledger keeps of orders; every method is one script. */
export function createOrders({ run, keep }: Pick<LedgerParts, 'run' | 'keep'>, marks: Marks): Orders {
  return {
    knownItems: async (ref) => readKnown(await run('knownItems', JSON.stringify(ref))),
    applySnapshot: async (offer, change) =>
      readAccepted(['applied', 'same', 'read'], await keep('applySnapshot', offerText(offer, marks), change ?? none)),
    noteHint: async (ref, reason, modifiedAtMs, change) =>
      readAccepted(
        ['same', 'read'],
        await keep('noteHint', JSON.stringify(ref), reason, modifiedAtMs ?? none, change ?? none),
      ),
    reviveUnderCatalogue: async (store, catalogue) =>
      readAccepted(['read'], await run('reviveUnderCatalogue', store, catalogue)),
    numberRead: async (ref) => z.number().parse(await run('numberRead', JSON.stringify(ref))),
    applyReading: async (read, offer) =>
      readAccepted(readingResults, await run('applyReading', offerText(offer, marks), read)),
    applyDeletion: async (read, { store, order }, brake) =>
      readAccepted(readingResults, await run('applyDeletion', JSON.stringify({ store, order, brake }), read)),
  }
}

/** Where there is no argument. */
const none = ''

const readingResults = ['applied', 'overtaken', 'held'] as const

function readKnown(rows: unknown): KnownItems {
  const known = z.array(KnownRow).parse(rows)
  return new Map(known.map(([line, items, firm]) => [line, { items, isFirm: firm === 1 }]))
}

/** Reads what a script ended with: its result and the wake-ups it made. */
export function readAccepted<Result extends string>(results: readonly Result[], answer: unknown): Accepted<Result> {
  const [result, ...texts] = z
    .tuple([z.enum(results)])
    .rest(z.string())
    .parse(answer)
  return { result, wakeUps: parseWakeUps(texts) }
}

/**
 * What a script needs of an offer. Ids of seats that may have to be made come along, because scripts know no chance, and keyed
 * hashes of learners, because they know no secret.
 */
export function offerText({ snapshot, plan, hash, catalogue, tells, brake }: OrderOffer, marks: Marks): string {
  const { store, order, status, createdAtMs, modifiedAtMs, refunds, lines } = snapshot
  return JSON.stringify({
    store,
    order,
    status,
    createdAtMs,
    modifiedAtMs,
    refunds,
    hash,
    catalogue,
    tells,
    brake,
    plan,
    lines: Object.fromEntries(lines.map(({ line, quantity }) => [line, quantity])),
    items: soldByLine(plan),
    unknown: JSON.stringify(unknownLines(snapshot, plan)),
    freshSeats: plan.claims.map(() => freshSeatId()),
    marks: plan.claims.map(({ learner }) => (learner === null ? [] : marks.of(learner))),
    markedWith: marks.keys[0] ?? '',
  })
}

function unknownLines({ lines }: OrderSnapshot, { unknown }: OrderOffer['plan']): readonly SoldLine[] {
  const named = lines.filter(({ line }) => unknown.includes(line))
  return named.map(({ sku, product, variation }) => ({ sku, product, variation }))
}

function soldByLine({ claims }: OrderOffer['plan']): Record<string, string> {
  const byLine = Map.groupBy(claims, ({ line }) => line)
  return Object.fromEntries(
    [...byLine].map(([line, ofLine]) => {
      const byKey = new Map(ofLine.map(({ item }) => [`${item.lms}/${item.course}`, item]))
      return [line, JSON.stringify([...byKey.values()])]
    }),
  )
}

/** 95 random bits in base 32, behind a letter. */
export function freshSeatId(): string {
  const digits = '0123456789abcdefghjkmnpqrstvwxyz'
  return `s${Array.from(randomBytes(19), (byte) => digits[byte % 32]).join('')}`
}
