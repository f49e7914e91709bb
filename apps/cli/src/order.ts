import { userInfo } from 'node:os'
import {
  givesTheSame,
  itemId,
  noEnrolment,
  OrderId,
  StoreId,
  wanted,
  type Enrolment,
  type OrderRef,
  type OrderView,
  type Seat,
  type TimelineEntry,
} from '@seatkeeper/core'
import { retryOrder, type Replayed } from '@seatkeeper/fulfilment'
import { StartError } from '@seatkeeper/service'
import { Command } from 'commander'
import { withLedger, type Opened } from './connection.ts'
import type { Surroundings } from './program.ts'
import { moment, table } from './table.ts'
import { someWords } from './words.ts'

/** `seatkeeper order`: what became of one order, and another try. */
export function orderCommand(surroundings: Surroundings): Command {
  const command = new Command('order').description('orders and the seats they claim')
  command
    .command('show')
    .description('one order: its state, its seats, and everything that happened to both')
    .argument('<store>', 'short name of the store')
    .argument('<order>', 'number of the order')
    .option('--json', 'for programs')
    .action(async (store: string, order: string, { json }: { json?: true }) => {
      const ref = readRef(store, order)
      const shown = await withLedger(surroundings, ({ ledger }) => readShown(ledger, ref))
      surroundings.print(json ? JSON.stringify(asJson(shown), null, 2) : asText(shown))
    })
  command
    .command('retry')
    .description('read one order again at its shop, and try again what is dead of it')
    .argument('<store>', 'short name of the store')
    .argument('<order>', 'number of the order; one that no webhook told of is read as well')
    .option('--by <name>', 'who asks, for the record', someWords, userInfo().username)
    .option('--json', 'for programs')
    .action((store: string, order: string, options: RetryOptions) =>
      retry(surroundings, readRef(store, order), options),
    )
  return command
}

interface RetryOptions {
  readonly by: string
  readonly json?: true
}

async function retry(surroundings: Surroundings, ref: OrderRef, { by, json }: RetryOptions): Promise<void> {
  const tried = await withLedger(surroundings, async ({ ledger, wakeUps, deadLetters }) => {
    refuseUnknownStore(ref, await ledger.stores())
    const done = await retryOrder({ ledger, wake: (due) => wakeUps.wake(due) })({ ref, by })
    await deadLetters.sync(ledger)
    return done
  })
  surroundings.print(json ? JSON.stringify({ ...ref, replayed: tried.replayed }) : retryText(ref, tried))
}

/** An item of a store that nobody configured would be due for ever. */
function refuseUnknownStore({ store }: OrderRef, stores: readonly StoreId[]): void {
  if (stores.includes(store)) return
  const known = stores.length === 0 ? 'no store has had work yet' : `there are ${stores.join(', ')}`
  throw new StartError(`No store ${store} is known here; ${known}.`)
}

function retryText({ store, order }: OrderRef, { replayed }: Replayed): string {
  return [
    `Order ${order} of ${store} is being read again; order show tells what comes of it.`,
    ...replayed.map((id) => `${id} was dead and is being tried again`),
  ].join('\n')
}

interface ShownSeat {
  readonly seat: Seat
  readonly status: string
  readonly timeline: readonly TimelineEntry[]
}

interface ShownOrder {
  readonly order: OrderView
  readonly seats: readonly ShownSeat[]
}

function readRef(store: string, order: string): OrderRef {
  const ref = { store: StoreId.safeParse(store), order: OrderId.safeParse(order) }
  if (!ref.store.success)
    throw new StartError(`${store} cannot be the name of a store: ${ref.store.error.issues[0]?.message}.`)
  if (!ref.order.success) throw new StartError(`${order} cannot be the number of an order; give it in digits.`)
  return { store: ref.store.data, order: ref.order.data }
}

async function readShown(ledger: Opened['ledger'], ref: OrderRef): Promise<ShownOrder> {
  const order = await ledger.orderView(ref)
  if (order === undefined) {
    throw new StartError(
      `Order ${ref.order} of ${ref.store} is not known here: no webhook or read has told of it yet; order retry reads it at the shop.`,
    )
  }
  const seats = await Promise.all(order.seats.map((id) => readSeat(ledger, id)))
  return { order, seats: seats.filter((seat) => seat !== undefined) }
}

async function readSeat(ledger: Opened['ledger'], id: Seat['id']): Promise<ShownSeat | undefined> {
  const seat = await ledger.readSeat(id)
  if (seat === undefined) return undefined
  const name = itemId({ kind: 'seat', lms: seat.lms, seat: id })
  const [item, timeline] = await Promise.all([ledger.readItem(name), ledger.timeline(name)])
  return { seat, status: item?.failure?.code ?? item?.waitReason ?? item?.status ?? 'unknown', timeline }
}

/** Addresses, and the other side's own words, stay in the ledger. */
function asJson({ order, seats }: ShownOrder): object {
  return {
    ...order,
    timeline: withoutTheirWords(order.timeline),
    lines: Object.fromEntries(order.lines),
    seats: seats.map(({ seat, status, timeline }) => ({
      seat: seat.id,
      lms: seat.lms,
      course: seat.course,
      status,
      wanted: wantedOf(seat),
      applied: seat.applied,
      claims: seat.claims,
      timeline: withoutTheirWords(timeline),
    })),
  }
}

function withoutTheirWords<Entry extends TimelineEntry>(timeline: readonly Entry[]): readonly Entry[] {
  return timeline.filter(({ what }) => what !== 'said')
}

function asText({ order, seats }: ShownOrder): string {
  const rows = seats.map(({ seat, status }) => [
    itemId({ kind: 'seat', lms: seat.lms, seat: seat.id }),
    seat.course,
    seat.lms,
    enrolmentText(wantedOf(seat)),
    seat.applied === null ? 'not yet' : enrolmentText(seat.applied),
    status,
  ])
  const events = withoutTheirWords([
    ...order.timeline.map((entry) => ({ of: 'order', ...entry })),
    ...seats.flatMap(({ seat, timeline }) => timeline.map((entry) => ({ of: `seat ${seat.course}`, ...entry }))),
  ]).toSorted((one, other) => one.atMs - other.atMs)
  return [
    `Order ${order.order} of ${order.store}: ${order.status}, modified ${moment(order.modifiedAtMs)} UTC; its reading is ${order.itemStatus}`,
    '',
    rows.length === 0 ? 'It claims no seat.' : table(['seat', 'course run', 'LMS', 'wanted', 'applied', 'state'], rows),
    '',
    table(
      ['when (UTC)', 'of', 'what', 'detail'],
      events.map(({ atMs, of, what, detail }) => [moment(atMs), of, what, detail]),
    ),
  ].join('\n')
}

function wantedOf({ claims, baseline }: Seat): Enrolment {
  return wanted(claims, baseline ?? noEnrolment)
}

function enrolmentText(enrolment: Enrolment): string {
  if (givesTheSame(enrolment, noEnrolment)) return 'none'
  return `${enrolment.mode}`
}
