import { z } from 'zod'
import { laneOf, itemId, type Backoff, type Item, type WakeUp } from './agenda.ts'
import { LmsId, OrderId, SeatId, StoreId } from './ids.ts'
import type { Upcast } from './job-data.ts'

const seconds = (count: number) => count * 1000
const hours = (count: number) => seconds(count * 3600)

/** What the queue must know of one kind of job. Names, queues and ids are stored data: renaming one takes two deploys. */
export interface JobType<Data extends z.ZodType = z.ZodType> {
  readonly name: string
  /** Of the newest version of its shape. A released shape never changes: a new one gets the next `v` and an upcast. */
  readonly data: Data
  readonly upcasts?: readonly Upcast[]
  readonly item: (data: z.output<Data>) => Item
  readonly backoff: Backoff
  /** The whole run of one job, all calls and waits of it. */
  readonly deadlineMs: number
}

export type JobData<Type> = Type extends JobType<infer Schema> ? z.output<Schema> : never

/** Only infers types. */
function defineJob<Data extends z.ZodType>(type: JobType<Data>): JobType<Data> {
  return type
}

const backoff: Backoff = { firstMs: seconds(2), maxMs: hours(1), giveUpAfterMs: hours(24) }
const seatData = z.strictObject({ v: z.literal(1), lms: LmsId, seat: SeatId, generation: z.int().positive() })
const seatItem = ({ lms, seat }: z.output<typeof seatData>): Item => ({ kind: 'seat', lms, seat })

/** Wakes a worker to make the LMS agree with one seat, after a grant. Safe to run twice: the generation decides. */
export const enrollSeat = defineJob({
  name: 'enroll-seat',
  data: seatData,
  item: seatItem,
  backoff,
  deadlineMs: seconds(15),
})

/** The same after a withdrawal, in a lane of its own. */
export const revokeSeat = defineJob({
  name: 'revoke-seat',
  data: seatData,
  item: seatItem,
  backoff,
  deadlineMs: seconds(15),
})

/** Wakes a worker to read one order at its shop. Safe to run twice. */
export const readOrder = defineJob({
  name: 'read-order',
  data: z.strictObject({ v: z.literal(1), store: StoreId, order: OrderId, generation: z.int().positive() }),
  item: ({ store, order }): Item => ({ kind: 'order', store, order }),
  backoff,
  deadlineMs: seconds(30),
})

/** Wakes a worker to tell a shop what became of one order. Safe to run twice: what was said is remembered. */
export const tellShop = defineJob({
  name: 'tell-shop',
  data: z.strictObject({ v: z.literal(1), store: StoreId, order: OrderId, generation: z.int().positive() }),
  item: ({ store, order }): Item => ({ kind: 'tell', store, order }),
  backoff,
  deadlineMs: seconds(30),
})

/** Wakes a worker for one round of a chore, which then waits for its next. A round that fails is tried again for ever. */
export const doChore = defineJob({
  name: 'do-chore',
  data: z.strictObject({
    v: z.literal(1),
    chore: z.enum(['reconcile', 'watch', 'audit']),
    of: z.union([StoreId, LmsId]),
    generation: z.int().positive(),
  }),
  item: ({ chore, of }): Item => ({ kind: 'chore', chore, of }),
  backoff: { firstMs: seconds(5), maxMs: seconds(300), giveUpAfterMs: Number.MAX_SAFE_INTEGER },
  deadlineMs: seconds(60),
})

/** The id of a wake-up: while such a job lives, adding it again adds nothing. Hyphens only, never digits only. */
export function jobId(item: Item, generation: number): string {
  return `${itemId(item)}-g${generation}`
}

/** Which kind of job wakes this item, and with which data. */
export function jobOf({ item, lane, generation }: WakeUp): { readonly type: JobType; readonly data: object } {
  if (item.kind === 'chore') return { type: doChore, data: { v: 1, chore: item.chore, of: item.of, generation } }
  if (item.kind === 'seat') {
    const type = lane === laneOf.revoke(item.lms) ? revokeSeat : enrollSeat
    return { type, data: { v: 1, lms: item.lms, seat: item.seat, generation } }
  }
  const type = item.kind === 'order' ? readOrder : tellShop
  return { type, data: { v: 1, store: item.store, order: item.order, generation } }
}
