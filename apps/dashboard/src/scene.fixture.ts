import { Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import {
  CourseMode,
  itemId,
  LineId,
  LmsId,
  OrderId,
  planSeats,
  readOrder,
  StoreId,
  Username,
  type FailureCode,
  type OrderRef,
  type Outcome,
  type Seat,
} from '@seatkeeper/core'
import { aLine, anOffer, anOrder, catalogue, emailOf } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix, createDeadLetters, createWakeUps } from '@seatkeeper/queue'
import { createLogger } from '@seatkeeper/service'
import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { hashPassword, startDashboard, type DashboardParts } from './index.ts'
import { createSessions } from './login/sessions.ts'
import type { Role } from './login/visitor.ts'
import { doorOf } from './start-dashboard.ts'

export const password = 'seventeen quiet otters'
export const passwordHash = await hashPassword(password)

/** What must never be seen anywhere in the dashboard. */
export const canaries = ['ada.canary', 'canary-account', 'words about a canary']

/** Starts a dashboard over a real, empty Redis of its own, on a free port of this machine. */
export async function startScene(options: Partial<DashboardParts> = {}) {
  const server = await startRedis()
  const redis = new Redis(server.url, { enableOfflineQueue: true, maxRetriesPerRequest: 1, commandTimeout: 1500 })
  redis.on('error', () => undefined)
  const ledger = createLedger(redis)
  const place = { connection: redis, prefix: bullPrefix }
  const wakeUps = createWakeUps({ ...place, onError: () => undefined })
  const deadLetters = createDeadLetters({ ...place, onError: () => undefined })
  const lines: string[] = []
  const stream = new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) })
  const log = createLogger('debug', { stream })
  const parts = { redis, ledger, bullPrefix: place.prefix, passwordHash, host: '127.0.0.1', port: 0, log, ...options }
  const dashboard = await startDashboard(parts)
  return {
    url: dashboard.url,
    parts,
    server,
    redis,
    ledger,
    wakeUps,
    deadLetters,
    /** Begins a session. @returns its cookie. */
    enter: async (role: Role) => {
      const sessions = createSessions({ redis, prefix: '{seatkeeper}:', door: doorOf(parts) })
      return `seatkeeper-session=${await sessions.open({ name: `the ${role}`, role })}`
    },
    /** Everything logged so far. */
    logged: () => lines.join(''),
    close: async () => {
      await dashboard.close()
      await Promise.all([wakeUps.close(), deadLetters.close()])
      redis.disconnect()
      await server.stop()
    },
  }
}
export type Scene = Awaited<ReturnType<typeof startScene>>

/** What an order of the scene sells, and to whom; each has a learner of its own. */
export interface Sale {
  readonly order: string
  readonly store?: string
  readonly lms?: string
  readonly skus?: readonly string[]
  readonly status?: string
}

/** Lets a paid order come in and wakes what it makes due. @returns its seats. */
export async function sell({ ledger, wakeUps }: Scene, sale: Sale): Promise<readonly Seat[]> {
  const { order, store = 'shop', lms = 'campus', skus = ['course-v1:DemoU+CS101+2026'], status = 'processing' } = sale
  const ref: OrderRef = { store: StoreId.parse(store), order: OrderId.parse(order) }
  const snapshot = anOrder({
    ...ref,
    status,
    learner: emailOf(`ada.canary+${order}@example.org`),
    lines: skus.map((sku, index) => aLine({ line: LineId.parse(String(31 + index)), sku })),
  })
  const plan = planSeats(snapshot, { catalogue: { ...catalogue, lms: LmsId.parse(lms) } })
  const read = await ledger.numberRead(ref)
  const accepted = await ledger.applyReading(read, { ...anOffer(snapshot), plan })
  await wakeUps.wake(accepted.wakeUps)
  const view = await ledger.orderView(ref)
  const seats = await Promise.all((view?.seats ?? []).map((seat) => ledger.readSeat(seat)))
  return seats.filter((seat) => seat !== undefined)
}

/** Sells one course to one learner. @returns the seat. */
export async function sellOne(scene: Scene, order = '1001'): Promise<Seat> {
  const [seat] = await sell(scene, { order })
  if (seat === undefined) throw new Error('the order has no seat')
  return seat
}

/** Does what a worker does with a seat that goes well. */
export async function settle({ ledger }: Scene, seat: Seat): Promise<Outcome> {
  const account = { id: Number.parseInt(seat.id.slice(-8), 36), username: Username.parse('canary-account') }
  await ledger.bindAccount(seat.id, account)
  await ledger.recordBaseline(seat.id, { isActive: true, mode: CourseMode.parse('audit') })
  await ledger.recordApplied(seat.id, { isActive: true, mode: CourseMode.parse('verified') })
  return end(ledger, itemOf(seat), { status: 'applied' })
}

/** Does what a worker does with a seat whose learner has no account yet. */
export async function wait({ ledger }: Scene, seat: Seat): Promise<Outcome> {
  const untilMs = (await ledger.nowMs()) + 3_600_000
  return end(ledger, itemOf(seat), { status: 'waiting', reason: 'no-account', untilMs })
}

/** Gives a seat up after some failures, as a worker does, with the LMS's own words in the timeline. */
export async function giveUp(scene: Scene, seat: Seat, code: FailureCode): Promise<string> {
  const { ledger, deadLetters } = scene
  const id = itemOf(seat)
  await stumble(scene, seat)
  const { backoff } = readOrder
  await ledger.fileFailure({ id, generation: seat.generation, backoff, random: 0.5, code, permanent: true })
  await deadLetters.sync(ledger)
  return id
}

/** Lets one attempt at a seat fail in passing. */
export async function stumble({ ledger }: Scene, seat: Seat): Promise<void> {
  const id = itemOf(seat)
  const filing = { id, generation: seat.generation, backoff: readOrder.backoff, random: 0.5 }
  await ledger.noteWords(id, 'words about a canary: ada.canary@example.org')
  await ledger.fileFailure({ ...filing, code: 'LMS_ERROR', permanent: false })
}

/** The item of a seat. */
export function itemOf({ id, lms }: Pick<Seat, 'id' | 'lms'>): string {
  return itemId({ kind: 'seat', lms, seat: id })
}

/** Ends the current generation of an item. */
export async function end(ledger: RedisLedger, id: string, outcome: Outcome): Promise<Outcome> {
  const [lease, item] = await Promise.all([ledger.lease(id, 5000), ledger.itemStatus(id)])
  if (lease === undefined || item === undefined) throw new Error(`${id} is taken or not there`)
  if (!(await ledger.settle(id, item.generation, outcome, lease))) throw new Error(`${id} changed meanwhile`)
  return outcome
}

/** Waits for what must come to pass within a minute: the machine may be busy. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come to pass within a minute')
    await pause(20)
  }
}
