import { itemId, SeatId, type KnownItems, type OrderRef, type OrderView, type TimelineEntry } from '@seatkeeper/core'
import { z } from 'zod'
import type { RedisClient } from './redis-client.ts'

const Entry = z.object({ atMs: z.number(), what: z.string(), detail: z.string() })
const OrderFields = z.object({
  open: z
    .string()
    .default('[]')
    .transform((text) => z.array(z.string()).catch([]).parse(JSON.parse(text))),
  status: z.string().default('unknown'),
  modifiedAt: z.coerce.number().default(0),
})

/** What happened to an item, oldest first; at most the last 200 entries. */
export async function readTimeline(redis: RedisClient, prefix: string, id: string): Promise<readonly TimelineEntry[]> {
  const texts = await redis.lrange(`${prefix}timeline:${id}`, 0, -1)
  return texts.map((text) => Entry.parse(JSON.parse(text)))
}

/** One order as an operator sees it, or undefined if the ledger does not know it. */
export async function readOrderView(
  {
    redis,
    prefix,
    knownItems,
  }: { redis: RedisClient; prefix: string; knownItems: (ref: OrderRef) => Promise<KnownItems> },
  ref: OrderRef,
): Promise<OrderView | undefined> {
  const id = itemId({ kind: 'order', ...ref })
  const key = `${prefix}order:${ref.store}/${ref.order}`
  const itemStatus = await redis.hget(`${prefix}item:${id}`, 'status')
  if (itemStatus === null) return undefined
  const [hash, seats, known, timeline] = await Promise.all([
    redis.hgetall(key),
    redis.hvals(`${key}:claims`),
    knownItems(ref),
    readTimeline(redis, prefix, id),
  ])
  const { status, modifiedAt, open } = OrderFields.parse(hash)
  return {
    ...ref,
    status,
    modifiedAtMs: modifiedAt,
    itemStatus: z.enum(['due', 'waiting', 'settled', 'dead']).parse(itemStatus),
    timeline,
    lines: new Map(
      [...known].map(([line, { items }]) => [line, items] as const).filter(([, items]) => items.length > 0),
    ),
    open,
    seats: [...new Set(seats)].map((seat) => SeatId.parse(seat)),
  }
}
