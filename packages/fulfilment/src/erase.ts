import { setTimeout as pause } from 'node:timers/promises'
import {
  itemId,
  type Agenda,
  type EmailAddress,
  type Erasure,
  type FilesRewritten,
  type Lease,
  type LearnersSeat,
  type Ledger,
  type OperatorLog,
  type OrderRef,
  type SeatId,
  type WakeUp,
} from '@seatkeeper/core'

export interface EraseParts {
  readonly ledger: Erasure & Pick<Ledger, 'lease'> & Pick<Agenda, 'readItem'> & Pick<OperatorLog, 'recordAction'>
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** Who is to be forgotten, and what becomes of their seats at the LMS. */
export interface EraseRequest {
  readonly email: EmailAddress
  readonly by: string
  /** Ends the seats at the LMS first, as a withdrawal would; else they stay as they are. */
  readonly endsSeats: boolean
  /** Only says what would be erased. */
  readonly dryRun: boolean
  readonly onProgress?: (text: string) => void
  readonly signal: AbortSignal
}

/** What was found and forgotten; names nobody. */
export interface Erased {
  /** The given one, and others under which the LMS knows the same learner. */
  readonly addresses: number
  readonly seats: readonly SeatId[]
  readonly orders: readonly OrderRef[]
  /** Null where nothing was erased. */
  readonly files: FilesRewritten | null
}

/** A seat that was to be ended first is not ended; nothing of the learner was removed, and doing it again goes on. */
export class SeatNotEnded extends Error {
  override readonly name = 'SeatNotEnded'
  readonly seat: SeatId

  constructor(seat: SeatId, standing: string) {
    super(`seat ${seat} is ${standing}`)
    this.seat = seat
  }
}

/**
 * Forgets a learner: tombstones first, so that nothing brings them back; then seat by seat; then the files of Redis.
 *
 * Safe to be killed and done again. Each seat and order is touched under its lease, so no worker writes about it meanwhile.
 *
 * @throws SeatNotEnded where seats are to be ended first and one does not come to rest before the signal.
 */
export function erase({ ledger, wake }: EraseParts) {
  return async (request: EraseRequest): Promise<Erased> => {
    const { by, endsSeats, dryRun, onProgress, signal } = request
    const { addresses, seats } = await findLearner(ledger, request.email)
    const orders = distinctOrders(seats)
    const found = { addresses: addresses.length, seats: seats.map(({ seat }) => seat), orders }
    if (dryRun) return { ...found, files: null }
    await ledger.buryAddresses(addresses)
    const detail = `seats: ${seats.length}, ${endsSeats ? 'ended first' : 'left as they are at the LMS'}`
    await ledger.recordAction({ by, action: 'erase', on: 'a learner', detail })
    if (endsSeats) for (const { seat } of seats) await endSeat({ ledger, wake }, seat, signal)
    for (const [index, { seat }] of seats.entries()) {
      await eraseSeat(ledger, seat, signal)
      onProgress?.(`${index + 1} of ${seats.length} seats forgotten`)
    }
    for (const order of orders) await eraseWords(ledger, order, signal)
    onProgress?.('Redis writes its files anew')
    return { ...found, files: await ledger.rewriteFiles(signal) }
  }
}

/** All seats of a learner, by all addresses under which one of them is known. */
async function findLearner(ledger: Pick<Erasure, 'seatsKnownBy'>, email: EmailAddress) {
  let addresses: readonly EmailAddress[] = [email]
  for (;;) {
    const seats = await ledger.seatsKnownBy(addresses)
    const all = [...new Set([...addresses, ...seats.flatMap((seat) => seat.addresses)])]
    if (all.length === addresses.length) return { addresses, seats }
    addresses = all
  }
}

function distinctOrders(seats: readonly LearnersSeat[]): readonly OrderRef[] {
  const orders = new Map(seats.flatMap((seat) => seat.orders).map((ref) => [`${ref.store}/${ref.order}`, ref]))
  return [...orders.values()]
}

const lookAgainMs = 200

async function endSeat({ ledger, wake }: EraseParts, seat: SeatId, signal: AbortSignal): Promise<void> {
  await wake(await ledger.endClaims(seat))
  for (;;) {
    const state = await ledger.readItem(`seat-${seat}`)
    if (state === undefined || state.status === 'settled') return
    if (state.status === 'dead' || signal.aborted) throw new SeatNotEnded(seat, state.failure?.code ?? state.status)
    await pause(lookAgainMs)
  }
}

async function eraseSeat(ledger: EraseParts['ledger'], seat: SeatId, signal: AbortSignal): Promise<void> {
  for (;;) {
    const lease = await takeLease(ledger, `seat-${seat}`, signal)
    if (await ledger.eraseSeat(seat, lease)) return
  }
}

async function eraseWords(ledger: EraseParts['ledger'], order: OrderRef, signal: AbortSignal): Promise<void> {
  const lease = await takeLease(ledger, itemId({ kind: 'order', ...order }), signal)
  await ledger.eraseWords(order)
  await lease.release()
}

const leaseMs = 5000

/** Waits for whoever is at work on it. */
async function takeLease(ledger: Pick<Ledger, 'lease'>, id: string, signal: AbortSignal): Promise<Lease> {
  for (;;) {
    const lease = await ledger.lease(id, leaseMs)
    if (lease !== undefined) return lease
    await pause(lookAgainMs, undefined, { signal })
  }
}
