import { createHash } from 'node:crypto'
import { CourseKey, LmsId, OrderId, SeatId, StoreId, type EmailAddress, type OrderRef } from '@seatkeeper/core'
import { z } from 'zod'
import { scanItems } from './scan-seats.ts'
import type { LedgerParts } from './scripts.ts'

/** A course run of which there are seats. */
export interface SoldCourse {
  readonly lms: LmsId
  readonly course: CourseKey
  readonly seats: number
}

/** An order with paid units that are nobody's yet. */
export interface OpenOrder extends OrderRef {
  readonly units: number
  /** Since the modification of the order with which it was first seen so. */
  readonly sinceMs: number
}

/** How operators find orders and seats. */
export interface Search {
  /** Every store that ever had an order or anything else to do. */
  stores(): Promise<readonly StoreId[]>
  /** Seats that were ever made for this address; those merged into another are still named. At most `limit`. */
  seatsOfAddress(address: EmailAddress, limit: number): Promise<readonly SeatId[]>
  /** Course runs whose key has this part, without regard to case. */
  soldCourses(part: string): Promise<readonly SoldCourse[]>
  /** Some seats of a course run, in no order; at most `limit`. */
  seatsOfCourse(lms: LmsId, course: CourseKey, limit: number): Promise<readonly SeatId[]>
  /** Those longest so first; at most `limit`, at least one. */
  openOrders(limit: number): Promise<readonly OpenOrder[]>
  countOpenOrders(): Promise<number>
  /** Indexes about so many of the seats and orders that were there before the index was. @returns whether that is done. */
  growSearchIndex(limit: number): Promise<boolean>
}

const done = 'done'

const OpenRow = z
  .tuple([StoreId, OrderId, z.number(), z.number()])
  .transform(([store, order, units, sinceMs]): OpenOrder => ({ store, order, units, sinceMs }))

/**
 * The search's side of the ledger. Keys beside those of the index: `search:cursor` and `search:open-cursor`; without one its part
 * of the index is made anew.
 */
export function createSearch({ redis, run, prefix }: LedgerParts): Search {
  const key = (...parts: readonly string[]) => `${prefix}search:${parts.join(':')}`
  const seatsAt = async (name: string, limit: number) => {
    const ids = await redis.srandmember(name, limit)
    return ids.map((id) => SeatId.parse(id))
  }
  const grow = async (walk: 'cursor' | 'open-cursor', limit: number) => {
    const cursor = await redis.get(key(walk))
    if (cursor === done) return true
    const isOfSeats = walk === 'cursor'
    const { items, next } = await scanItems(redis, prefix, { cursor, limit, match: isOfSeats ? 'seat-*' : 'order-*' })
    if (items.length > 0)
      await (isOfSeats
        ? run('indexSeats', ...items.map((item) => item.slice('seat-'.length)))
        : run('indexOpen', ...items))
    await redis.set(key(walk), next ?? done)
    return next === null
  }
  return {
    stores: async () => {
      const [named, lanes] = await Promise.all([redis.smembers(key('stores')), redis.smembers(`${prefix}agenda:lanes`)])
      const worked = lanes.flatMap((lane) => /^(?:orders|tell|chores)\.(.+)$/.exec(lane)?.[1] ?? [])
      return [...new Set([...named, ...worked])].toSorted().map((name) => StoreId.parse(name))
    },
    seatsOfAddress: (address, limit) =>
      seatsAt(key('address', createHash('sha1').update(address).digest('hex')), limit),
    soldCourses: async (part) => {
      const names = await redis.smembers(key('courses'))
      const fitting = names.filter((name) => name.toLowerCase().includes(part.toLowerCase())).toSorted()
      return Promise.all(
        fitting.map(async (name) => ({ ...readName(name), seats: await redis.scard(key('course', name)) })),
      )
    },
    seatsOfCourse: (lms, course, limit) => seatsAt(key('course', `${lms}/${course}`), limit),
    openOrders: async (limit) => z.array(OpenRow).parse(await run('openOrders', limit)),
    countOpenOrders: () => redis.zcard(key('open')),
    growSearchIndex: async (limit) => (await grow('cursor', limit)) && grow('open-cursor', limit),
  }
}

function readName(name: string): { readonly lms: LmsId; readonly course: CourseKey } {
  const [lms, ...course] = name.split('/')
  return { lms: LmsId.parse(lms), course: CourseKey.parse(course.join('/')) }
}
