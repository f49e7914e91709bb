import {
  CourseKey,
  CourseMode,
  EmailAddress,
  isOrderClaim,
  LmsId,
  OrderId,
  SeatId,
  StoreId,
  Username,
  type Claim,
  type Ledger,
  type OrderRef,
  type Seat,
} from '@seatkeeper/core'
import { z } from 'zod'
import { parseWakeUps } from './agenda.ts'
import { freshSeatId, readAccepted } from './orders.ts'
import type { RedisClient } from './redis-client.ts'
import type { LedgerParts } from './scripts.ts'

/** Reads a text as JSON, and that as what the schema says. */
export const parsedFrom = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema)

/** An enrolment as it is stored. */
export const Enrolment = z.object({ isActive: z.boolean(), mode: CourseMode.nullable() })
const Account = z.object({ id: z.number(), username: Username })
const DecisionFields = z.object({
  access: z.enum(['granted', 'denied']),
  by: z.string(),
  reason: z.string(),
  atMs: z.number(),
})
const SeatFields = z.object({
  lms: LmsId,
  course: CourseKey,
  email: EmailAddress,
  account: parsedFrom(Account).nullable().default(null),
  baseline: parsedFrom(Enrolment).nullable().default(null),
  applied: parsedFrom(Enrolment).nullable().default(null),
  attempted: parsedFrom(Enrolment).nullable().default(null),
  invited: z
    .enum(['0', '1'])
    .default('0')
    .transform((flag) => flag === '1'),
  decision: parsedFrom(DecisionFields).nullable().default(null),
  waitingSince: z.coerce.number().nullable().default(null),
})
const ClaimFields = parsedFrom(z.tuple([z.enum(['granted', 'withdrawn', 'denied']), CourseMode]))

type Seats = Pick<
  Ledger,
  | 'readSeat'
  | 'bindAccount'
  | 'setOperatorClaim'
  | 'recordBaseline'
  | 'recordInvitation'
  | 'recordAttempt'
  | 'recordApplied'
>

/** What the ledger keeps of seats. */
export function createSeats(
  { redis, run, keep, replicated, prefix }: LedgerParts,
  nowMs: () => Promise<number>,
): Seats {
  const key = (seat: SeatId) => `${prefix}seat:${seat}`
  return {
    readSeat: (seat) => readSeat(redis, prefix, seat),
    bindAccount: async (seat, account) =>
      readAccepted(['bound', 'merged'], await run('bindAccount', seat, JSON.stringify(account))),
    setOperatorClaim: async (claim) => {
      const text = JSON.stringify({ ...claim, seat: claim.seat ?? undefined, freshSeat: freshSeatId() })
      const [seat, ...wakeUps] = z.array(z.string()).parse(await keep('setOperatorClaim', text))
      return { seat: seat === 'unknown' ? seat : SeatId.parse(seat), wakeUps: parseWakeUps(wakeUps) }
    },
    recordBaseline: async (seat, baseline) => {
      await redis.hsetnx(key(seat), 'baseline', JSON.stringify(baseline))
    },
    recordInvitation: async (seat, invited) => {
      if (invited) {
        await redis.hsetnx(key(seat), 'waitingSince', await nowMs())
        await replicated.hset(key(seat), 'invited', '1')
      } else await run('endInvitation', seat)
    },
    recordAttempt: async (seat, write) => {
      await replicated.hset(key(seat), 'attempted', JSON.stringify(write))
    },
    recordApplied: async (seat, applied) => {
      const lms = await redis.hget(key(seat), 'lms')
      const step = redis.multi().hset(key(seat), 'applied', JSON.stringify(applied))
      await step.sadd(`${prefix}applied:${lms}`, seat).exec()
    },
  }
}

/** One seat; the seat it was merged into, if it was. */
export async function readSeat(redis: RedisClient, prefix: string, id: SeatId): Promise<Seat | undefined> {
  const key = `${prefix}seat:${id}`
  const [hash, claims, generation] = await Promise.all([
    redis.hgetall(key),
    redis.hgetall(`${key}:claims`),
    redis.hget(`${prefix}item:seat-${id}`, 'generation'),
  ])
  if (hash['lms'] === undefined) return undefined
  if (hash['alias'] !== undefined) return readSeat(redis, prefix, SeatId.parse(hash['alias']))
  const { waitingSince, ...fields } = SeatFields.parse(hash)
  return {
    id,
    ...fields,
    waitingSinceMs: waitingSince,
    claims: Object.entries(claims).map(([claim, text]) => readClaim(claim, text)),
    orders: ordersOf(Object.keys(claims)),
    generation: Number(generation ?? 0),
  }
}

/** Reads a claim as a seat's hash has it. */
export function readClaim(key: string, text: string): Claim {
  const [access, mode] = ClaimFields.parse(text)
  return { key, access, mode }
}

/** Claim keys begin with store and order; see `claimKey` in core. */
function ordersOf(claims: readonly string[]): readonly OrderRef[] {
  const refs = new Map<string, OrderRef>()
  for (const claim of claims.filter(isOrderClaim)) {
    const [store, order] = claim.split('/')
    refs.set(`${store}/${order}`, { store: StoreId.parse(store), order: OrderId.parse(order) })
  }
  return [...refs.values()]
}
