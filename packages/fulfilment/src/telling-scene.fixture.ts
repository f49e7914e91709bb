import {
  enrollSeat,
  itemId,
  wanted,
  type FailureCode,
  type Outcome,
  type Seat,
  type StorePolicy,
  type WriteBack,
} from '@seatkeeper/core'
import { anOrder, catalogue, noBrake } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import type { Redis } from 'ioredis'
import { acceptNews } from './accept-news.ts'
import { readOrder } from './read-order.ts'
import { createMemoryShop, type MemoryShop } from './shop.fixture.ts'
import { tellShop } from './tell-shop.ts'

const ref = { store: anOrder().store, order: anOrder().order }
const orderId = itemId({ kind: 'order', ...ref })
const tellId = itemId({ kind: 'tell', ...ref })
const context = () => ({ signal: AbortSignal.timeout(5000) })

/** How the LMS takes the seats of a scene; `waits` is for an account. */
type LmsMood = 'well' | 'refuses' | 'waits'

export interface SceneParts {
  readonly redis: Redis
  readonly prefix: string
  readonly shop?: MemoryShop
  readonly writeBack?: Partial<WriteBack>
  readonly tells?: boolean
}

/** What the stores of scenes grant on: `processing`, `completed` and `stuck`. */
export const accessOf = (status: string) =>
  ['processing', 'completed', 'stuck'].includes(status) ? ('granted' as const) : ('undecided' as const)

/** One order between a shop and an LMS, on a real ledger whose clock can be put forward. */
export function createScene({ redis, prefix, writeBack = {}, tells = true, ...parts }: SceneParts) {
  const shop = parts.shop ?? createMemoryShop(anOrder(), accessOf)
  const { ledger, waitAMinute } = createClockedLedger(redis, prefix)
  const policy: StorePolicy = { catalogue, tells, sinceMs: null, brake: noBrake }
  const alerts: string[] = []
  const seats = createSeatWorker(ledger)
  const common = { ledger, store: shop, policy, policyOf: () => policy, wake: () => Promise.resolve() }
  const accept = acceptNews({ ...common, onWakeFailed: () => undefined })
  const telling = tellShop({
    ...common,
    writeBack: { notes: true, complete: false, failedStatus: null, ...writeBack },
    onRefundOvertaken: ({ order }) => void alerts.push(order),
  })
  const tell = async () => telling({ v: 1, ...ref, generation: await generationOf(ledger, tellId) }, context())

  /** The shop's webhooks arrive, and whatever is due is done, except telling. */
  const converge = async () => {
    for (const news of shop.echoes.splice(0)) await accept(news)
    const generation = await generationOf(ledger, orderId)
    const reading = readOrder(common)({ v: 1, ...ref, generation }, context())
    await reading.catch(() => die(ledger, orderId, generation, 'ORDER_LINE_UNKNOWN'))
    await seats.settle()
  }
  return {
    ledger,
    shop,
    alerts,
    waitAMinute,
    converge,
    tell,
    seats: () => readSeats(ledger),
    setMood: seats.setMood,
    /** The order arrives by itself and is carried out. */
    begin: async () => {
      await accept({ kind: 'snapshot', snapshot: shop.order })
      await converge()
    },
    /** Everything until nothing is left to do; the number of rounds that took. */
    rest: async (): Promise<number> => {
      for (let round = 1; round <= 10; round += 1) {
        await converge()
        await tell()
        if ((await ledger.conservation()).due === 0 && shop.echoes.length === 0) return round
      }
      throw new Error('the scene does not come to rest')
    },
  }
}

/** `waitAMinute` puts its clock forward by more than a write of unknown fate may take. */
function createClockedLedger(redis: Redis, prefix: string) {
  let aheadMs = 0
  const real = createLedger(redis, prefix)
  const ledger: RedisLedger = { ...real, nowMs: async () => (await real.nowMs()) + aheadMs }
  const waitAMinute = () => {
    aheadMs += 61_000
  }
  return { ledger, waitAMinute }
}

/** Settles the due seats of the order as the LMS's mood has it. */
function createSeatWorker(ledger: RedisLedger) {
  let mood: LmsMood = 'well'
  const settle = async (seat: Seat) => {
    const id = itemId({ kind: 'seat', lms: seat.lms, seat: seat.id })
    const lease = await ledger.lease(id, 5000)
    if (lease === undefined) throw new Error('the lease is taken')
    const end = (outcome: Outcome) => ledger.settle(id, seat.generation, outcome, lease)
    const goal = wanted(seat.claims, seat.baseline ?? undefined)
    if (mood === 'waits') return end({ status: 'waiting', reason: 'no-account', untilMs: Date.now() + 60_000 })
    if (mood === 'well' || !goal.isActive) {
      await ledger.recordApplied(seat.id, goal)
      return end({ status: 'applied' })
    }
    await lease.release()
    return die(ledger, id, seat.generation, 'LMS_COURSE_UNKNOWN')
  }
  return {
    setMood: (next: LmsMood) => {
      mood = next
    },
    settle: async () => {
      for (const seat of await readSeats(ledger)) {
        const item = await ledger.itemStatus(`seat-${seat.id}`)
        if (item?.status === 'due') await settle(seat)
      }
    },
  }
}

async function readSeats(ledger: RedisLedger): Promise<readonly Seat[]> {
  const view = await ledger.orderView(ref)
  const seats = await Promise.all((view?.seats ?? []).map((seat) => ledger.readSeat(seat)))
  return seats.filter((seat) => seat !== undefined)
}

async function generationOf(ledger: RedisLedger, id: string): Promise<number> {
  return (await ledger.itemStatus(id))?.generation ?? 1
}

function die(ledger: RedisLedger, id: string, generation: number, code: FailureCode) {
  return ledger.fileFailure({ id, generation, code, permanent: true, backoff: enrollSeat.backoff, random: 0 })
}
