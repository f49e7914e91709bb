import { createHash } from 'node:crypto'
import { CourseKey, LmsId, SeatId, StoreId, type EmailAddress } from '@seatkeeper/core'
import type { RedisClient } from './redis-client.ts'
import { scanSeats } from './scan-seats.ts'
import type { Scripts } from './scripts.ts'

/** A course run of which there are seats. */
export interface SoldCourse {
  readonly lms: LmsId
  readonly course: CourseKey
  readonly seats: number
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
  /** Indexes about so many of the seats that were there before the index was. @returns whether that is done. */
  growSearchIndex(limit: number): Promise<boolean>
}

interface Parts {
  readonly redis: RedisClient
  readonly run: Scripts
  readonly prefix: string
}

const done = 'done'

/** The search's side of the ledger. Key beside those of the index: `search:cursor`; without it the index is made anew. */
export function createSearch({ redis, run, prefix }: Parts): Search {
  const key = (...parts: readonly string[]) => `${prefix}search:${parts.join(':')}`
  const seatsAt = async (name: string, limit: number) => {
    const ids = await redis.srandmember(name, limit)
    return ids.map((id) => SeatId.parse(id))
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
    growSearchIndex: async (limit) => {
      const cursor = await redis.get(key('cursor'))
      if (cursor === done) return true
      const { seats, next } = await scanSeats(redis, prefix, { cursor, limit })
      if (seats.length > 0) await run('indexSeats', ...seats)
      await redis.set(key('cursor'), next ?? done)
      return next === null
    },
  }
}

function readName(name: string): { readonly lms: LmsId; readonly course: CourseKey } {
  const [lms, ...course] = name.split('/')
  return { lms: LmsId.parse(lms), course: CourseKey.parse(course.join('/')) }
}
