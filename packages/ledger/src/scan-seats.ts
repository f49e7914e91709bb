import { SeatId } from '@seatkeeper/core'
import type { RedisClient } from './redis-client.ts'

/** Where a walk over all seats is. */
export interface SeatsPage {
  /** Of the page before; null at first. */
  readonly cursor: string | null
  /** About how many items to look at; the page has so many seats at most, or a few more. */
  readonly limit: number
}

/** Some of all seats; `next` is null at the end of the walk. */
export interface SeatsFound {
  readonly seats: readonly SeatId[]
  readonly next: string | null
}

/** Some of all seats: every seat is an item of the agenda. One may come twice while the walk lasts. */
export async function scanSeats(redis: RedisClient, prefix: string, page: SeatsPage): Promise<SeatsFound> {
  const { items, next } = await scanItems(redis, prefix, { ...page, match: 'seat-*' })
  return { seats: items.map((item) => SeatId.parse(item.slice('seat-'.length))), next }
}

/** The same of all items with names of a pattern. */
export async function scanItems(
  redis: RedisClient,
  prefix: string,
  { cursor, limit, match }: SeatsPage & { readonly match: string },
): Promise<{ readonly items: readonly string[]; readonly next: string | null }> {
  const registered = `${prefix}agenda:registered`
  const [next, items] = await redis.sscan(registered, cursor ?? '0', 'MATCH', match, 'COUNT', limit)
  return { items, next: next === '0' ? null : next }
}
