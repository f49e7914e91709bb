import type { ClaimStanding, KeptNote, OrderRef, Telling, Tellings } from '@seatkeeper/core'
import { z } from 'zod'
import { Change, Code } from './agenda.ts'
import type { Scripts } from './scripts.ts'
import { Enrolment, parsedFrom, readClaim } from './seats.ts'

const Status = z.enum(['due', 'waiting', 'settled', 'dead'])
const Kept = parsedFrom(Enrolment).nullable()
const Write = parsedFrom(z.object({ from: z.string(), to: z.string(), refunds: z.string() })).nullable()
// Lua writes an empty list as an empty object.
const Open = parsedFrom(z.array(z.string()).catch([]))

const Standing = z.tuple([
  z.string(),
  z.tuple([Status, z.string().nullable(), Code.nullable()]),
  z.tuple([Kept, Kept]),
  z.array(z.string()),
])
const Facts = z.tuple([
  z.tuple([Status, Code.nullable()]),
  z.tuple([z.string().nullable(), Open.nullable()]),
  z.tuple([
    z.coerce.number<string | null>(),
    z.string().nullable(),
    z.coerce.number<string | null>(),
    z.enum(['0', '1']).nullable(),
    Write,
  ]),
  z.array(Standing),
  Change,
])
const NoItem = z.tuple([z.tuple([z.null(), z.null()])]).rest(z.unknown())

/** What the ledger remembers of what shops were told; every method is one script. */
export function createTellings(run: Scripts): Tellings {
  return {
    readTelling: async (ref) => {
      const answer = await run('readTelling', text(ref))
      return NoItem.safeParse(answer).success ? undefined : readFacts(Facts.parse(answer))
    },
    recordNote: async (ref, { number, outcome }) => {
      await run('recordNote', text(ref), number, outcome)
    },
    confirmNote: async (ref, number) => {
      await run('confirmNote', text(ref), number)
    },
    recordWrite: async (ref, write) => {
      await run('recordWrite', text(ref), JSON.stringify(write), write?.to ?? '')
    },
    keepOwnWrite: async (ref, modifiedAtMs) => {
      await run('keepOwnWrite', text(ref), modifiedAtMs)
    },
  }
}

function text({ store, order }: OrderRef): string {
  return JSON.stringify({ store, order })
}

function readFacts([item, order, told, standings, change]: z.output<typeof Facts>): Telling {
  const [number, outcome, atMs, confirmed, write] = told
  const note: KeptNote | null = outcome === null ? null : { number, outcome, atMs, isConfirmed: confirmed === '1' }
  return {
    status: item[0],
    failure: item[0] === 'dead' ? item[1] : null,
    change,
    isDeleted: order[0] === 'deleted',
    claims: standings.flatMap(readStanding),
    open: order[1] ?? [],
    note,
    write,
  }
}

function readStanding([key, item, enrolments, texts]: z.output<typeof Standing>): readonly ClaimStanding[] {
  const [status, waitReason, failure] = item
  const [baseline, applied] = enrolments
  const claims = readClaims(texts)
  const standing = {
    seat: { claims, baseline, applied },
    status,
    waitReason,
    failure: status === 'dead' ? failure : null,
  }
  return claims.filter((claim) => claim.key === key).map((claim) => ({ ...claim, ...standing }))
}

/** @param texts keys and values in turn, as Redis gives a hash. */
function readClaims(texts: readonly string[]) {
  return texts.flatMap((key, index) => (index % 2 === 0 ? [readClaim(key, texts[index + 1] ?? '')] : []))
}
