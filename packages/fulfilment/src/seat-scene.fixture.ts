import { beforeEach } from '@jest/globals'
import { LmsId, type OrderSnapshot, type Outcome, type Seat, type SeatId, type WakeUp } from '@seatkeeper/core'
import { aLine, anOffer, anOrder } from '@seatkeeper/core/fixture'
import type { RedisLedger } from '@seatkeeper/ledger'
import { useLedger, type LedgerAtHand } from '@seatkeeper/ledger/fixture'
import { createMemoryLms, type MemoryLms } from './lms.fixture.ts'
import type { SeatPolicy } from './seat-policy.ts'
import { settleSeat } from './settle-seat.ts'

export const patience = { firstLookMs: 1000, maxLookMs: 10_000, patienceMs: 60_000 }

/** Orders that a shop tells of, and a worker that settles their seats at an LMS in memory. */
export interface SeatScene {
  readonly at: LedgerAtHand
  /** What the worker works with. */
  ledger: RedisLedger
  readonly lms: MemoryLms
  /** What settling woke, in turn. */
  readonly woken: WakeUp[]
  offer(order?: Partial<OrderSnapshot>): Promise<void>
  paid(): Promise<void>
  refunded(): Promise<void>
  /** The first seat of an order. */
  theSeat(order?: Partial<OrderSnapshot>): Promise<Seat>
  settle(order?: Partial<OrderSnapshot>): Promise<Outcome>
  settleById(seat: SeatId, policy?: Partial<SeatPolicy>): Promise<Outcome>
}

/** A scene that begins anew with each test that follows. */
export function useSeatScene(): SeatScene {
  const at = useLedger()
  let ledger: RedisLedger
  let lms: MemoryLms
  let woken: WakeUp[]

  beforeEach(() => {
    ledger = at.ledger
    lms = createMemoryLms()
    woken = []
  })

  const scene: SeatScene = {
    at,
    get ledger() {
      return ledger
    },
    set ledger(other) {
      ledger = other
    },
    get lms() {
      return lms
    },
    get woken() {
      return woken
    },
    offer: (order) => offer(scene, order),
    paid: () => offer(scene),
    refunded: () => offer(scene, { lines: [aLine({ refunded: 1 })] }),
    theSeat: (order) => theSeat(scene, order),
    settle: async (order) => settleById(scene, (await theSeat(scene, order)).id),
    settleById: (seat, policy) => settleById(scene, seat, policy),
  }
  return scene
}

async function offer({ ledger }: SeatScene, order?: Partial<OrderSnapshot>): Promise<void> {
  const snapshot = anOrder(order)
  await ledger.applyReading(await ledger.numberRead(snapshot), anOffer(snapshot))
}

async function theSeat({ ledger }: SeatScene, order?: Partial<OrderSnapshot>): Promise<Seat> {
  const [id] = (await ledger.orderView(anOrder(order)))?.seats ?? []
  const seat = id === undefined ? undefined : await ledger.readSeat(id)
  if (seat === undefined) throw new Error('there is no seat')
  return seat
}

function settleById({ ledger, lms, woken }: SeatScene, seat: SeatId, changes: Partial<SeatPolicy> = {}) {
  const policy: SeatPolicy = { closedCourse: 'refuse', lastClaimGone: 'deactivate', ...changes }
  const wake = (due: readonly WakeUp[]) => Promise.resolve(void woken.push(...due))
  const run = settleSeat({ ledger, lms, patience, policy, wake })
  return run({ v: 1, lms: LmsId.parse('campus'), seat, generation: 1 }, { signal: AbortSignal.timeout(5000) })
}
