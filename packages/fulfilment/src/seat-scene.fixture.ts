import { LmsId, type OrderSnapshot, type Outcome, type Seat, type SeatId, type WakeUp } from '@seatkeeper/core'
import { aLine, anOffer, anOrder } from '@seatkeeper/core/fixture'
import type { RedisLedger } from '@seatkeeper/ledger'
import { createMemoryLms, type MemoryLms } from './lms.fixture.ts'
import type { SeatPolicy } from './seat-policy.ts'
import { settleSeat } from './settle-seat.ts'

export const patience = { firstLookMs: 1000, maxLookMs: 10_000, patienceMs: 60_000 }

/** Orders that a shop tells of, and a worker that settles their seats at an LMS in memory. */
export interface SeatScene {
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

export function createSeatScene(ledger: RedisLedger): SeatScene {
  const scene: SeatScene = {
    ledger,
    lms: createMemoryLms(),
    woken: [],
    offer: async (order) => {
      const snapshot = anOrder(order)
      await scene.ledger.applyReading(await scene.ledger.numberRead(snapshot), anOffer(snapshot))
    },
    paid: () => scene.offer(),
    refunded: () => scene.offer({ lines: [aLine({ refunded: 1 })] }),
    theSeat: async (order) => {
      const [id] = (await scene.ledger.orderView(anOrder(order)))?.seats ?? []
      const seat = id === undefined ? undefined : await scene.ledger.readSeat(id)
      if (seat === undefined) throw new Error('there is no seat')
      return seat
    },
    settle: async (order) => scene.settleById((await scene.theSeat(order)).id),
    settleById: (seat, changes) => {
      const { ledger: ofWorker, lms, woken } = scene
      const policy: SeatPolicy = { closedCourse: 'refuse', lastClaimGone: 'deactivate', ...changes }
      const wake = (due: readonly WakeUp[]) => Promise.resolve(void woken.push(...due))
      const run = settleSeat({ ledger: ofWorker, lms, patience, policy, wake })
      return run({ v: 1, lms: LmsId.parse('campus'), seat, generation: 1 }, { signal: AbortSignal.timeout(5000) })
    },
  }
  return scene
}
