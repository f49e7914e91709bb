import {
  gateName,
  itemId,
  type Agenda,
  type Claim,
  type CourseItem,
  type CourseKey,
  type Decision,
  type Enrolment,
  type Gates,
  type Item,
  type ItemState,
  type KeptNote,
  type LanePauses,
  type Ledger,
  type LmsId,
  type OrderRef,
  type OrderView,
  type Seat,
  type SeatId,
  type Tellings,
  type TimelineEntry,
} from '@seatkeeper/core'
import type { RedisLedger } from '@seatkeeper/ledger'
import { answerOf, wantedOf, type Answer } from './answer.ts'
import { isItemId } from './item-id.ts'
import type { Visitor } from './login/visitor.ts'
import { personOf, type Person } from './person.ts'
import { timelineOf, type Lived, type Timeline } from './timeline.ts'

/** A seat at a glance. */
export interface SeatCard {
  readonly id: string
  readonly lms: LmsId
  readonly course: CourseKey
  readonly person: Person
  readonly state: ItemState
  readonly answer: Answer
}

/** Everything that pages show of a seat. */
export interface SeatFacts extends SeatCard {
  readonly kind: 'seat'
  readonly seat: SeatId
  readonly wanted: Enrolment
  /** Null until we verified, or looked. */
  readonly applied: Enrolment | null
  readonly baseline: Enrolment | null
  readonly claims: readonly Claim[]
  readonly orders: readonly OrderRef[]
  readonly decision: Decision | null
}

/** Everything that pages show of an order. */
export interface OrderFacts extends OrderRef {
  readonly kind: 'order'
  /** The shop's own word. */
  readonly status: string
  readonly modifiedAtMs: number
  readonly lines: readonly (readonly [string, readonly CourseItem[]])[]
  /** Keys of paid units that are nobody's yet. */
  readonly open: readonly string[]
  readonly seats: readonly SeatCard[]
  /** The last note to the shop's staff. */
  readonly note: KeptNote | null
  /** Of telling the shop; null where it was never told. */
  readonly telling: ItemState | null
}

/** Everything on the page of one item. */
export interface ItemView extends Timeline {
  readonly id: string
  readonly state: ItemState
  readonly facts: SeatFacts | OrderFacts | null
}

/** What is asked of the ledger. */
export type ItemLedger = Pick<Agenda, 'readItem'> &
  Pick<Ledger, 'readSeat'> &
  Pick<Tellings, 'readTelling'> &
  Pick<LanePauses, 'pausedLanes'> &
  Pick<RedisLedger, 'orderView' | 'timeline'> & { readonly gates: Pick<Gates, 'read'> }

/** One item with what it is about, or undefined if the ledger has none of this id. */
export async function readItemView(ledger: ItemLedger, id: string, visitor: Visitor): Promise<ItemView | undefined> {
  const state = isItemId(id) ? await ledger.readItem(id) : undefined
  if (state === undefined) return undefined
  const [facts, entries] = await Promise.all([readFacts(ledger, state, visitor), ledger.timeline(id)])
  const own: Lived = { of: kindOf(state.item), entries, attempts: state.attempts }
  const others = facts?.kind === 'order' ? await livesBehind(ledger, facts) : []
  return { id, state, facts, ...timelineOf([own, ...others], visitor) }
}

function kindOf({ kind }: Item): string {
  return kind === 'tell' ? 'shop' : kind
}

function readFacts(ledger: ItemLedger, state: ItemState, visitor: Visitor): Promise<SeatFacts | OrderFacts | null> {
  const { item } = state
  if (item.kind === 'seat') return readSeatFacts(ledger, item.seat, state, visitor)
  return item.kind === 'order' ? readOrderFacts(ledger, item, visitor) : Promise.resolve(null)
}

async function readSeatFacts(
  ledger: ItemLedger,
  id: SeatId,
  state: ItemState,
  visitor: Visitor,
): Promise<SeatFacts | null> {
  const seat = await ledger.readSeat(id)
  if (seat === undefined) return null
  const { applied, baseline, claims, orders, decision } = seat
  const card = await cardOf(ledger, seat, state, visitor)
  return { kind: 'seat', seat: seat.id, ...card, wanted: wantedOf(seat), applied, baseline, claims, orders, decision }
}

async function readOrderFacts(ledger: ItemLedger, ref: OrderRef, visitor: Visitor): Promise<OrderFacts | null> {
  const [view, told, telling] = await Promise.all([
    ledger.orderView(ref),
    ledger.readTelling(ref),
    ledger.readItem(itemId({ ...ref, kind: 'tell' })),
  ])
  if (view === undefined) return null
  return {
    ...({ kind: 'order', store: ref.store, order: ref.order } as const),
    ...({ status: view.status, modifiedAtMs: view.modifiedAtMs, open: view.open } as const),
    lines: [...view.lines],
    seats: await readSeatCards(ledger, view.seats, visitor),
    note: told?.note ?? null,
    telling: telling ?? null,
  }
}

/** Seats at a glance; those that are gone are left out, and those that became one are one. */
export async function readSeatCards(
  ledger: ItemLedger,
  ids: OrderView['seats'],
  visitor: Visitor,
): Promise<readonly SeatCard[]> {
  const seats = await Promise.all(ids.map((id) => ledger.readSeat(id)))
  const distinct = new Map(seats.filter((seat) => seat !== undefined).map((seat) => [seat.id, seat]))
  const cards = [...distinct.values()].map(async (seat) => {
    const state = await ledger.readItem(itemId({ kind: 'seat', lms: seat.lms, seat: seat.id }))
    return state === undefined ? undefined : cardOf(ledger, seat, state, visitor)
  })
  return (await Promise.all(cards)).filter((card) => card !== undefined)
}

async function cardOf(ledger: ItemLedger, seat: Seat, state: ItemState, visitor: Visitor): Promise<SeatCard> {
  const { lms, course } = seat
  const [gate, pauses] = await Promise.all([ledger.gates.read(gateName.lms(lms)), ledger.pausedLanes()])
  const pausedBy = pauses.find(({ lane }) => lane === state.lane)?.by ?? null
  const answer = answerOf({ seat, state, gate, pausedBy })
  return {
    id: itemId({ kind: 'seat', lms, seat: seat.id }),
    lms,
    course,
    person: personOf(seat, visitor),
    state,
    answer,
  }
}

/** What happened to an order's seats, and what its shop was told. */
async function livesBehind(ledger: ItemLedger, { seats, telling }: OrderFacts): Promise<readonly Lived[]> {
  const ofSeats = seats.map(async ({ id, course, state }) => ({
    of: runOf(course),
    entries: await ledger.timeline(id),
    attempts: state.attempts,
  }))
  const ofShop = telling === null ? [] : [livesOfShop(ledger, telling)]
  return Promise.all([...ofSeats, ...ofShop])
}

async function livesOfShop(ledger: ItemLedger, telling: ItemState): Promise<Lived> {
  const entries: readonly TimelineEntry[] = await ledger.timeline(itemId(telling.item))
  return { of: 'shop', entries, attempts: telling.attempts }
}

/** A course key without what all of them begin with. */
function runOf(course: CourseKey): string {
  return course.replace('course-v1:', '')
}
