import {
  failures,
  itemId,
  OrderId,
  SeatId,
  StoreId,
  wanted,
  type Agenda,
  type Claim,
  type CourseKey,
  type Enrolment,
  type Item,
  type ItemState,
  type ItemStatus,
  type Ledger,
  type LmsId,
  type OrderRef,
  type OrderView,
  type TimelineEntry,
} from '@seatkeeper/core'
import type { RedisLedger } from '@seatkeeper/ledger'
import { timelineWords } from './timeline-words.ts'

/** What pages show of a seat: never its address, never its account. */
export interface SeatFacts {
  readonly kind: 'seat'
  readonly lms: LmsId
  readonly course: CourseKey
  readonly wanted: Enrolment
  /** Null until we verified, or looked. */
  readonly applied: Enrolment | null
  readonly baseline: Enrolment | null
  readonly claims: readonly Claim[]
  readonly orders: readonly OrderRef[]
}

/** What pages show of an order. */
export interface OrderFacts extends OrderRef {
  readonly kind: 'order'
  /** The shop's own word. */
  readonly status: string
  readonly modifiedAtMs: number
  readonly lines: OrderView['lines']
  readonly seats: readonly OrderSeat[]
}

/** A seat that an order speaks for. */
export interface OrderSeat {
  readonly id: string
  readonly course: CourseKey
  readonly status: ItemStatus
}

/** Everything on the page of one item. */
export interface ItemView {
  readonly id: string
  readonly state: ItemState
  readonly advice: string | null
  readonly facts: SeatFacts | OrderFacts | null
  readonly timeline: readonly TimelineEntry[]
  /** Entries that stay in the ledger, because they may hold the other side's or an operator's own words. */
  readonly leftOut: number
}

/** What is asked of the ledger. */
export type ItemLedger = Pick<Agenda, 'readItem'> &
  Pick<Ledger, 'readSeat' | 'itemStatus'> &
  Pick<RedisLedger, 'orderView' | 'timeline'>

/** One item with what it is about, or undefined if the ledger has none of this id. */
export async function readItemView(ledger: ItemLedger, id: string): Promise<ItemView | undefined> {
  const state = isItemId(id) ? await ledger.readItem(id) : undefined
  if (state === undefined) return undefined
  const [facts, entries] = await Promise.all([readFacts(ledger, state.item), ledger.timeline(id)])
  const timeline = entries.filter(({ what }) => timelineWords.has(what))
  const advice = state.failure === null ? null : failures[state.failure.code].advice
  return { id, state, advice, facts, timeline, leftOut: entries.length - timeline.length }
}

/** The item that a job of ours is about, read from the job's id; undefined for any other job. */
export function itemOfJob(job: string): string | undefined {
  const [, id] = /^(?:dead-)?(.+)-g\d+$/.exec(job) ?? []
  return id !== undefined && isItemId(id) ? id : undefined
}

function isItemId(id: string): boolean {
  const [, seat] = /^seat-(.+)$/.exec(id) ?? []
  if (seat !== undefined) return SeatId.safeParse(seat).success
  const [, of] = /^(?:reconcile|watch|audit)-(.+)$/.exec(id) ?? []
  if (of !== undefined) return StoreId.safeParse(of).success
  const [, store, order] = /^(?:order|tell)-(.+)-(\d+)$/.exec(id) ?? []
  return StoreId.safeParse(store).success && OrderId.safeParse(order).success
}

async function readFacts(ledger: ItemLedger, item: Item): Promise<SeatFacts | OrderFacts | null> {
  if (item.kind === 'chore') return null
  return item.kind === 'seat' ? readSeatFacts(ledger, item.seat) : readOrderFacts(ledger, item)
}

async function readSeatFacts(ledger: ItemLedger, id: SeatId): Promise<SeatFacts | null> {
  const seat = await ledger.readSeat(id)
  if (seat === undefined) return null
  const { lms, course, applied, baseline, claims, orders } = seat
  return { kind: 'seat', lms, course, wanted: wanted(claims, baseline ?? undefined), applied, baseline, claims, orders }
}

async function readOrderFacts(ledger: ItemLedger, { store, order }: OrderRef): Promise<OrderFacts | null> {
  const view = await ledger.orderView({ store, order })
  if (view === undefined) return null
  const { status, modifiedAtMs, lines } = view
  const seats = await Promise.all(view.seats.map((seat) => readOrderSeat(ledger, seat)))
  return { kind: 'order', store, order, status, modifiedAtMs, lines, seats: seats.filter((seat) => seat !== undefined) }
}

async function readOrderSeat(ledger: ItemLedger, id: SeatId): Promise<OrderSeat | undefined> {
  const seat = await ledger.readSeat(id)
  if (seat === undefined) return undefined
  const item = itemId({ kind: 'seat', lms: seat.lms, seat: id })
  const found = await ledger.itemStatus(item)
  return found === undefined ? undefined : { id: item, course: seat.course, status: found.status }
}
