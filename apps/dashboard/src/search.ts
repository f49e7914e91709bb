import {
  EmailAddress,
  itemId,
  OrderId,
  SeatId,
  type Agenda,
  type CourseKey,
  type LmsId,
  type OrderRef,
} from '@seatkeeper/core'
import type { Search, SoldCourse } from '@seatkeeper/ledger'
import { isItemId } from './item-id.ts'

/** What somebody looked for, as it was understood. */
export type Finding =
  | { readonly kind: 'items'; readonly ids: readonly string[] }
  | { readonly kind: 'courses'; readonly courses: readonly SoldCourse[] }

export interface SearchLedger
  extends Pick<Search, 'stores' | 'seatsOfAddress' | 'soldCourses' | 'seatsOfCourse'>, Pick<Agenda, 'readItem'> {}

/** So many seats are shown of one address or course run. */
export const mostFound = 100

/**
 * Finds what somebody typed: an order's number (`1234`, `#1234`, `shop 1234`), an address, the name of an item, or a part of a
 * course key.
 */
export async function find(ledger: SearchLedger, typed: string): Promise<Finding> {
  const text = typed.trim()
  if (isItemId(text)) return found(ledger, [text])
  const order = /^(?:([a-z][a-z0-9-]*)[\s/#-]+)?#?(\d{1,16})$/i.exec(text)
  if (order !== null) return found(ledger, await ordersOf(ledger, order[2] ?? '', order[1]?.toLowerCase()))
  const seat = SeatId.safeParse(text)
  if (seat.success) return found(ledger, [`seat-${seat.data}`])
  const address = EmailAddress.safeParse(text)
  if (address.success)
    return found(
      ledger,
      (await ledger.seatsOfAddress(address.data, mostFound)).map((id) => `seat-${id}`),
    )
  return { kind: 'courses', courses: text.length < 2 ? [] : await ledger.soldCourses(text) }
}

/** Seats of one course run, by their items. */
export async function findInCourse(ledger: SearchLedger, lms: LmsId, course: CourseKey): Promise<Finding> {
  const seats = await ledger.seatsOfCourse(lms, course, mostFound)
  return found(
    ledger,
    seats.map((id) => `seat-${id}`),
  )
}

async function ordersOf({ stores }: SearchLedger, number: string, named?: string): Promise<readonly string[]> {
  const order = OrderId.safeParse(number.replace(/^0+/, ''))
  if (!order.success) return []
  const asked = (await stores()).filter((store) => named === undefined || store === named)
  return asked.map((store) =>
    itemId({ kind: 'order', store, order: order.data } satisfies { kind: 'order' } & OrderRef),
  )
}

/** Those that are there. */
async function found({ readItem }: SearchLedger, ids: readonly string[]): Promise<Finding> {
  const states = await Promise.all(ids.map((id) => readItem(id)))
  return { kind: 'items', ids: ids.filter((_, index) => states[index] !== undefined) }
}
