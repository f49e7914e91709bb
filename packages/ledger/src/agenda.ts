import {
  ChangeId,
  isFailureCode,
  LmsId,
  OrderId,
  SeatId,
  StoreId,
  type Agenda,
  type FailureFiled,
  type ItemState,
  type WakeUp,
} from '@seatkeeper/core'
import { z } from 'zod'
import type { RedisClient } from './redis-client.ts'
import type { LedgerParts } from './scripts.ts'

const Item = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('order'), store: StoreId, order: OrderId }),
  z.object({ kind: z.literal('seat'), lms: LmsId, seat: SeatId }),
  z.object({ kind: z.literal('tell'), store: StoreId, order: OrderId }),
  z.object({ kind: z.literal('chore'), chore: z.enum(['reconcile', 'watch', 'audit']), of: z.union([StoreId, LmsId]) }),
])
const WakeUpText = z.object({ item: Item, lane: z.string(), generation: z.number(), delayMs: z.number() })
/** Whatever else is there is no change: nothing goes by it but what people read. */
export const Change = ChangeId.nullable().catch(null)
/** A failure code as it is stored; one that only a newer release has is read as UNEXPECTED. */
export const Code = z.string().transform((code) => (isFailureCode(code) ? code : 'UNEXPECTED'))
const Attempt = z.object({ atMs: z.number(), code: Code, nextInMs: z.number().nullable() })
const Replay = z.object({
  atMs: z.number(),
  by: z.string(),
  ofGeneration: z.number(),
  ofCode: Code.nullable().default(null),
})
const Discard = z.object({ atMs: z.number(), by: z.string(), reason: z.string() })
const Fields = z.object({
  lane: z.string(),
  generation: z.coerce.number(),
  settled: z.coerce.number(),
  status: z.enum(['due', 'waiting', 'settled', 'dead']),
  due: z.coerce.number().default(0),
  wait: z.string().nullable().default(null),
  change: Change.default(null),
  code: Code.optional(),
  diedAt: z.coerce.number().default(0),
  discarded: z
    .string()
    .transform((text) => Discard.parse(JSON.parse(text)))
    .nullable()
    .default(null),
})

/** Reads the wake-ups that a script made. */
export function parseWakeUps(texts: unknown): readonly WakeUp[] {
  return z
    .array(z.string())
    .parse(texts)
    .map((text) => WakeUpText.parse(JSON.parse(text)))
}

/** The agenda in Redis; every method is one script or one read. */
export function createAgenda({ redis, run, prefix }: LedgerParts): Agenda {
  return {
    readItem: (id) => readItemState(redis, prefix, id),
    changeOf: async (id) => Change.parse(await redis.hget(`${prefix}item:${id}`, 'change')),
    fileFailure: async ({ id, generation, code, permanent, backoff, random }) => {
      const filing = JSON.stringify({ code, permanent, backoff, random })
      return readFiled(await run('fileFailure', id, generation, filing))
    },
    postpone: async (id, generation, delayMs) => {
      await run('postponeItem', id, generation, Math.ceil(delayMs))
    },
    sweep: async (lane, limit) => parseWakeUps(await run('sweepLane', lane, limit)),
    lanes: async () => (await redis.smembers(`${prefix}agenda:lanes`)).toSorted(),
    conservation: async () => {
      const counts = z
        .tuple([z.number(), z.number(), z.number(), z.number(), z.number()])
        .parse(await run('conservation'))
      const [registered, settled, due, waiting, dead] = counts
      return { registered, settled, due, waiting, dead }
    },
  }
}

function readFiled(answer: unknown): FailureFiled {
  const [next, delayMs] = z.tuple([z.enum(['retry', 'dead', 'superseded']), z.number()]).parse(answer)
  return next === 'retry' ? { next, delayMs } : { next }
}

/** One item as it stands; undefined if the agenda has none of this name. */
export async function readItemState(redis: RedisClient, prefix: string, id: string): Promise<ItemState | undefined> {
  const key = `${prefix}item:${id}`
  const [hash, attempts, replays] = await Promise.all([
    redis.hgetall(key),
    redis.lrange(`${key}:attempts`, 0, -1),
    redis.lrange(`${key}:replays`, 0, -1),
  ])
  if (hash['status'] === undefined) return undefined
  const fields = Fields.parse(hash)
  return {
    item: Item.parse(hash),
    lane: fields.lane,
    generation: fields.generation,
    settledGeneration: fields.settled,
    status: fields.status,
    dueAtMs: fields.due,
    waitReason: fields.wait,
    change: fields.change,
    attempts: attempts.map((text) => Attempt.parse(JSON.parse(text))),
    replays: replays.map((text) => Replay.parse(JSON.parse(text))),
    failure: fields.code === undefined ? null : { code: fields.code, atMs: fields.diedAt },
    discarded: fields.discarded,
  }
}
