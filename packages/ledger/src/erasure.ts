import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import {
  EmailAddress,
  isOrderClaim,
  OrderId,
  SeatId,
  StoreId,
  type Erasure,
  type FilesRewritten,
  type OrderRef,
} from '@seatkeeper/core'
import { z } from 'zod'
import { readAccepted } from './orders.ts'
import type { RedisClient } from './redis-client.ts'
import { scanSeats, type SeatsFound } from './scan-seats.ts'
import type { LedgerParts } from './scripts.ts'

/** How erased addresses are remembered: what comes of several keys stands in their order, that of the newest first. */
export interface Marks {
  /** Keyed hashes of an address. */
  readonly of: (address: string) => readonly string[]
  /** The keys by names that give none of them away. */
  readonly keys: readonly string[]
}

export function createMarks(keys: readonly string[]): Marks {
  return {
    of: (address) => keys.map((key) => keyed(key, `erased ${address}`)),
    keys: keys.map((key) => keyed(key, 'name of a key').slice(0, 16)),
  }
}

function keyed(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

const Found = z.array(z.tuple([SeatId, z.array(EmailAddress), z.array(z.string())]))
const seatsPerLook = 1000

/** Forgetting learners. */
export function createErasure({ redis, run, keep, prefix }: LedgerParts, marks: Marks): Erasure {
  return {
    seatsKnownBy: async (addresses) => {
      const found = new Map<SeatId, z.output<typeof Found>[number]>()
      let cursor: string | null = null
      do {
        const { seats, next }: SeatsFound = await scanSeats(redis, prefix, { cursor, limit: seatsPerLook })
        const rows = seats.length === 0 ? [] : Found.parse(await run('findSeats', JSON.stringify(addresses), ...seats))
        for (const row of rows) found.set(row[0], row)
        cursor = next
      } while (cursor !== null)
      return [...found.values()].map(([seat, known, claims]) => ({ seat, addresses: known, orders: ordersOf(claims) }))
    },
    buryAddresses: async (addresses) => {
      const [key] = marks.keys
      if (key === undefined) throw new RangeError('a tombstone needs a key')
      await keep('buryAddresses', key, ...addresses.flatMap((address) => marks.of(address).slice(0, 1)))
    },
    countTombstones: async () => {
      const [all, byKey] = await Promise.all([redis.hlen(`${prefix}erased`), redis.hgetall(`${prefix}erased:keys`)])
      const recognised = sum(marks.keys.map((key) => byKey[key]))
      const unnamed = marks.keys.length === 0 ? 0 : Math.max(0, all - sum(Object.values(byKey)))
      return { recognised, foreign: Math.max(0, all - recognised - unnamed), unnamed }
    },
    endClaims: async (seat) => readAccepted(['ended'], await run('endClaims', seat)).wakeUps,
    eraseSeat: async (seat, { token }) => (await keep('eraseSeat', seat, token)) === 1,
    eraseWords: async ({ store, order }) => {
      await keep('eraseWords', JSON.stringify({ store, order }))
    },
    rewriteFiles: (signal) => rewriteFiles(redis, signal),
  }
}

function sum(counts: readonly (string | undefined)[]): number {
  return counts.reduce((total, count) => total + Number(count ?? 0), 0)
}

function ordersOf(claims: readonly string[]): readonly OrderRef[] {
  const refs = claims.filter(isOrderClaim).map((claim) => claim.split('/').slice(0, 2))
  const distinct = new Map(refs.map((ref) => [ref.join('/'), ref]))
  return [...distinct.values()].map(([store, order]) => ({ store: StoreId.parse(store), order: OrderId.parse(order) }))
}

/** One after the other: Redis refuses to write both at a time. */
async function rewriteFiles(redis: RedisClient, signal: AbortSignal): Promise<FilesRewritten> {
  try {
    const before = await readPersistence(redis)
    if (before.get('aof_enabled') === '1') {
      await whenFree(redis, signal)
      await redis.bgrewriteaof()
      await whenFree(redis, signal)
      if ((await readPersistence(redis)).get('aof_last_bgrewrite_status') !== 'ok') return 'failed'
    }
    await redis.bgsave()
    await whenFree(redis, signal)
    return (await readPersistence(redis)).get('rdb_last_bgsave_status') === 'ok' ? 'rewritten' : 'failed'
  } catch (error) {
    if (error instanceof Error && /^(NOPERM\b|ERR unknown (sub)?command)/i.test(error.message)) return 'forbidden'
    throw error
  }
}

const busy = ['aof_rewrite_in_progress', 'aof_rewrite_scheduled', 'rdb_bgsave_in_progress'] as const

async function whenFree(redis: RedisClient, signal: AbortSignal): Promise<void> {
  for (;;) {
    const persistence = await readPersistence(redis)
    if (busy.every((field) => persistence.get(field) !== '1')) return
    await pause(100, undefined, { signal })
  }
}

async function readPersistence(redis: RedisClient): Promise<ReadonlyMap<string, string>> {
  const lines = (await redis.info('persistence')).split('\r\n').filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
