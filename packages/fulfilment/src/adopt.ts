import {
  isEntitled,
  noEnrolment,
  wanted,
  type Accepted,
  type Account,
  type CourseKey,
  type Enrolment,
  type FailureCode,
  type Ledger,
  type LineId,
  type LmsId,
  type OrderId,
  type OrderOffer,
  type OrderSnapshot,
  type Plan,
  type Store,
  type StoreId,
  type WakeUp,
} from '@seatkeeper/core'
import { isAtRest, type AdoptionVerdict } from './adoption-verdict.ts'
import { modifiedNews, type NewsOfOrder } from './modified-news.ts'
import { hashOf, offerOf } from './offer.ts'
import { previewOrder, troubleOf, type PreviewParts } from './preview-order.ts'
import { seekSeats, type SeekParts, type SoughtSeat } from './sought-seats.ts'

/** What adopting asks of the ledger. Every method is one atomic step. */
export interface AdoptLedger extends Pick<Ledger, 'numberRead' | 'noteHint'> {
  /**
   * Applies what a read found, like `applyReading`, but is never held: a person asked for it. What the LMS holds for a
   * claim that `ours` names by its key counts as written by us: its seat has that account, and had nothing before.
   */
  adoptOrder(
    read: number,
    offer: OrderOffer,
    ours: ReadonlyMap<string, { readonly account: Account; readonly row: Enrolment }>,
  ): Promise<Accepted<'applied' | 'overtaken'>>
}

export interface AdoptParts extends PreviewParts, SeekParts {
  readonly ledger: AdoptLedger & PreviewParts['ledger'] & SeekParts['ledger']
  readonly store: Pick<Store, 'readModified' | 'readOrder' | 'readProduct'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** How far adopting is: orders read at the shop, then learners looked up at the LMSs, then orders recorded. */
export type AdoptStep = 'orders read' | 'learners looked up' | 'orders adopted'

/** Which orders to adopt: those modified since. */
export interface AdoptRange {
  readonly store: StoreId
  readonly sinceMs: number
  /** Only says what would be done. */
  readonly dryRun: boolean
  /** Orders that are not right at the LMS are adopted too, and so put right. */
  readonly applies: boolean
  readonly onProgress?: (step: AdoptStep, count: number) => void
  readonly signal: AbortSignal
}

/** A claim of an order beside what the LMS holds. */
export interface AdoptedClaim {
  readonly line: LineId
  readonly lms: LmsId
  readonly course: CourseKey
  /** Of its whole seat: other orders may speak for it too. */
  readonly wanted: Enrolment
  readonly found: Enrolment
  readonly verdict: AdoptionVerdict
}

/** What became of an order; in a dry run, what would. `changed`: it changed at the shop meanwhile, so it has to be looked at again. */
export interface AdoptedOrder {
  readonly order: OrderId
  /** The shop's own word. */
  readonly status: string
  readonly outcome: 'adopted' | 'left' | 'changed'
  /** What a person has to put right about it. */
  readonly trouble: FailureCode | null
  readonly claims: readonly AdoptedClaim[]
}

/**
 * Takes over the orders that another integration looked after.
 *
 * All orders are planned and all their seats looked up before anything is kept, because several orders may speak for one
 * seat. An order is adopted as a whole, and together with those that share a seat with it: so what is not right at the
 * LMS is left alone unless `applies`. What is right counts as ours, so a later refund ends it, and the shop is told nothing
 * of it. An adopted order is known from then on, whatever the store's `since`. May be repeated.
 */
export function adopt(parts: AdoptParts) {
  return async (range: AdoptRange): Promise<readonly AdoptedOrder[]> => {
    const orders = await lookAtOrders(parts, range)
    const { signal, onProgress } = range
    const onLooked = (learners: number) => onProgress?.('learners looked up', learners)
    const seats = await seekSeats(parts, orders, { signal, onLooked })
    const left = range.applies ? new Set<OrderId>() : ordersLeft(orders, seats)
    const seatOf = new Map(seats.flatMap((seat) => [...seat.keys].map((key) => [key, seat] as const)))
    const adopted: AdoptedOrder[] = []
    for (const order of orders) {
      const isLeft = left.has(order.snapshot.order)
      const outcome = isLeft ? 'left' : range.dryRun ? 'adopted' : await record(parts, order, { seatOf, signal })
      adopted.push(describe(order, seatOf, outcome))
      if (!range.dryRun) onProgress?.('orders adopted', adopted.filter((one) => one.outcome === 'adopted').length)
    }
    return adopted
  }
}

interface LookedOrder {
  readonly snapshot: OrderSnapshot
  readonly plan: Plan
  readonly trouble: FailureCode | null
}

async function lookAtOrders(parts: AdoptParts, { sinceMs, signal, onProgress }: AdoptRange) {
  const orders = new Map<OrderId, LookedOrder>()
  for await (const news of modifiedNews(parts.store, { sinceMs }, signal)) {
    const snapshot = await snapshotOf(parts, news, signal)
    if (snapshot === undefined || orders.has(snapshot.order)) continue
    const { plan } = await previewOrder(parts, snapshot, signal)
    orders.set(snapshot.order, { snapshot, plan, trouble: troubleOf(plan) })
    onProgress?.('orders read', orders.size)
  }
  return [...orders.values()]
}

async function snapshotOf({ store }: AdoptParts, news: NewsOfOrder, signal: AbortSignal) {
  if (news.kind === 'snapshot') return news.snapshot
  const reading = await store.readOrder(news, signal)
  return reading.kind === 'order' ? reading.snapshot : undefined
}

/** Orders that need somebody, and those that share a seat with one that is left: a seat is ours with all its claims, or not. */
function ordersLeft(orders: readonly LookedOrder[], seats: readonly SoughtSeat[]): ReadonlySet<OrderId> {
  const troubled = orders.filter(({ trouble }) => trouble !== null).map(({ snapshot }) => snapshot.order)
  const unsettled = seats.filter(({ verdict }) => !isAtRest(verdict)).flatMap((seat) => [...seat.orders])
  const left = new Set([...troubled, ...unsettled])
  for (let before = -1; before < left.size;) {
    before = left.size
    const shared = seats.filter((seat) => [...seat.orders].some((order) => left.has(order)))
    for (const order of shared.flatMap((seat) => [...seat.orders])) left.add(order)
  }
  return left
}

interface Recording {
  readonly seatOf: ReadonlyMap<string, SoughtSeat>
  readonly signal: AbortSignal
}

/** Reads the order again under a number, so that what is recorded is not older than what anybody else applied meanwhile. */
async function record(
  { ledger, store, policy, wake }: AdoptParts,
  { snapshot, plan, trouble }: LookedOrder,
  { seatOf, signal }: Recording,
): Promise<AdoptedOrder['outcome']> {
  const number = await ledger.numberRead(snapshot)
  const reading = await store.readOrder(snapshot, signal)
  if (reading.kind !== 'order' || hashOf(reading.snapshot) !== hashOf(snapshot)) return 'changed'
  const seats = plan.claims.map(({ key }) => seatOf.get(key)).filter((seat) => seat !== undefined)
  const tells = policy.tells && (trouble !== null || seats.some(({ verdict }) => !isAtRest(verdict)))
  const offer = offerOf(snapshot, plan, { ...policy, tells })
  const { result, wakeUps } = await ledger.adoptOrder(number, offer, oursOf(plan, seatOf))
  await wake(wakeUps)
  if (result === 'overtaken') return 'changed'
  if (trouble !== null) await wake((await ledger.noteHint(snapshot, 'operator')).wakeUps)
  return 'adopted'
}

/** What counts as written by us: what is right because it was paid, and what is there although it was refunded. */
function oursOf({ claims }: Plan, seatOf: Recording['seatOf']) {
  const ours = new Map<string, { readonly account: Account; readonly row: Enrolment }>()
  for (const { key, access } of claims) {
    const sought = seatOf.get(key)
    if (sought === undefined || sought.seat.account === null || !sought.row.isActive) continue
    const { seat, row, verdict } = sought
    const isPaid = verdict === 'right' && isEntitled(seat) && access === 'granted'
    if (isPaid || verdict === 'would end') ours.set(key, { account: sought.seat.account, row })
  }
  return ours
}

function describe(
  { snapshot, plan, trouble }: LookedOrder,
  seatOf: Recording['seatOf'],
  outcome: AdoptedOrder['outcome'],
): AdoptedOrder {
  const claims = plan.claims.flatMap(({ key, line, item: { lms, course } }) => {
    const sought = seatOf.get(key)
    if (sought === undefined) return []
    const { seat, row: found, verdict } = sought
    return [{ line, lms, course, wanted: wanted(seat.claims, seat.baseline ?? noEnrolment), found, verdict }]
  })
  return { order: snapshot.order, status: snapshot.status, outcome, trouble, claims }
}
