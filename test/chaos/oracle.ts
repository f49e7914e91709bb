import type { CourseMode, EmailAddress, Enrolment } from '@seatkeeper/core'
import { audit, professional, verified, type Course } from './goods.ts'
import { rowKey } from './model-lms.ts'
import { refundedOf, totalOf, unitsLeft, type ModelOrder } from './model-order.ts'

/** What people are entitled to: by person and course run, the modes somebody paid for. */
export type Wishes = ReadonlyMap<string, readonly CourseMode[]>

/** The person behind an address: all addresses of one begin alike. */
export function personOf(address: EmailAddress): string {
  return address.split(/[.@]/)[0] ?? address
}

/**
 * What a shop's orders entitle people to, straight from the model: no claims, no seats, no history.
 *
 * Every order must be decided; one that is not entitles nobody.
 */
export function wishesOf(orders: readonly ModelOrder[]): Wishes {
  const wishes = new Map<string, CourseMode[]>()
  for (const order of orders.filter(isGranting)) {
    for (const { learner, course, mode } of soldBy(order)) {
      const key = rowKey(personOf(learner), course)
      wishes.set(key, [...(wishes.get(key) ?? []), mode])
    }
  }
  return wishes
}

interface Sold extends Course {
  readonly learner: EmailAddress
}

/** What the units of an order that were not refunded come to, whatever its status. */
function soldBy(order: ModelOrder): readonly Sold[] {
  if (order.isGone || refundedOf(order) >= totalOf(order)) return []
  return order.lines.flatMap((line) => {
    const buyer = order.email === null ? [] : [order.email]
    const learners = line.learners.length > 0 ? line.learners : buyer
    const seated = learners.slice(0, unitsLeft(order, line))
    return seated.flatMap((learner) => line.product.sells.map((course) => ({ ...course, learner })))
  })
}

const modesByWorth = [audit, verified, professional]

/** The row a learner must have: the best of what was paid for and what was there before; inactive where there is neither. */
export function rowFor(paidFor: readonly CourseMode[], before: Enrolment | undefined): Enrolment {
  const theirs = before?.isActive === true && before.mode !== null ? [before.mode] : []
  const best = modesByWorth.findLast((mode) => [...paidFor, ...theirs].includes(mode))
  return best === undefined ? { isActive: false, mode: null } : { isActive: true, mode: best }
}

/** Counts how often orders came to want a row, which bounds how often it may be activated. */
export interface Rises {
  note(order: ModelOrder): void
  /** Over all orders: that many changes made one of them want the row. */
  of(key: string): number
  /** Orders that ever wanted the row. */
  ordersBehind(key: string): readonly number[]
}

/** What is known of one order so far. */
interface Past {
  readonly email: EmailAddress | null
  /** What it wanted, had it kept the buyer that it named last. */
  readonly named: ReadonlySet<string>
  /** What it may have wanted. */
  readonly wanted: ReadonlySet<string>
  readonly ever: ReadonlySet<string>
}

const noPast: Past = { email: null, named: new Set(), wanted: new Set(), ever: new Set() }

/**
 * An order whose status decides nothing keeps what it wanted, less what was refunded. One that names nobody may come to
 * want whatever it wanted before, and what a deleted refund gives back to the buyer that it named last. One that changes to
 * another address of the same person wants the row anew: before the LMS is asked, nobody can know that it is the same
 * person.
 */
export function createRises(): Rises {
  const pasts = new Map<number, Past>()
  const rises = new Map<string, number>()
  return {
    note: (order) => {
      const before = pasts.get(order.number) ?? noPast
      const email = order.email ?? before.email
      const named = wantedBy({ ...order, email }, before.named)
      const wanted = new Set([...named, ...(order.email === null && isGranting(order) ? before.ever : [])])
      for (const seat of wanted)
        if (!before.wanted.has(seat) || (named.has(seat) && !before.named.has(seat)))
          rises.set(rowOf(seat), (rises.get(rowOf(seat)) ?? 0) + 1)
      pasts.set(order.number, { email, named, wanted, ever: new Set([...before.ever, ...wanted]) })
    },
    of: (key) => rises.get(key) ?? 0,
    ordersBehind: (key) =>
      [...pasts].filter(([, { ever }]) => [...ever].map(rowOf).includes(key)).map(([order]) => order),
  }
}

/** Addresses and course runs that an order wants rows for now. */
function wantedBy(order: ModelOrder, before: ReadonlySet<string>): ReadonlySet<string> {
  const sold = soldBy(order).map(({ learner, course }) => rowKey(learner, course))
  if (order.status === 'pending' || order.status === 'on-hold') return new Set(sold.filter((seat) => before.has(seat)))
  return new Set(isGranting(order) ? sold : [])
}

function isGranting({ status }: ModelOrder): boolean {
  return status === 'processing' || status === 'completed'
}

/** The row of an address and course run. */
function rowOf(seat: string): string {
  const [address, course = ''] = seat.split(' ')
  return rowKey(personOf(address as EmailAddress), course)
}
