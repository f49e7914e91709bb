import {
  CourseMode,
  enrollSeat,
  itemId,
  laneOf,
  LmsId,
  noEnrolment,
  OrderId,
  StoreId,
  Username,
} from '@seatkeeper/core'
import { aLine, anOffer, anOrder, emailOf } from '@seatkeeper/core/fixture'
import type { RedisLedger } from '@seatkeeper/ledger'

const campus = LmsId.parse('campus')
const shop = StoreId.parse('shop')
const verified = { isActive: true, mode: CourseMode.parse('verified') }

/** One of everything that a ledger stores: a settled, a dead and a waiting seat, their orders, a chore, a shut gate. */
export async function playStory(ledger: RedisLedger): Promise<void> {
  const settled = await sell(ledger, '1001', 'ada')
  await ledger.recordBaseline(settled.seat, noEnrolment)
  await ledger.bindAccount(settled.seat, { id: 7, username: Username.parse('ada') })
  await ledger.recordAttempt(settled.seat, verified)
  await ledger.recordApplied(settled.seat, verified)
  await end(ledger, settled.id, (lease) => ledger.settle(settled.id, 1, { status: 'applied' }, lease))
  const dead = await sell(ledger, '1002', 'tony')
  const { backoff } = enrollSeat
  const filing = { id: dead.id, generation: 1, backoff, random: 0.5 }
  await ledger.fileFailure({ ...filing, code: 'LMS_ERROR', permanent: false })
  await ledger.fileFailure({ ...filing, code: 'LMS_COURSE_UNKNOWN', permanent: true })
  const waiting = await sell(ledger, '1003', 'nora')
  const outcome = { status: 'waiting', reason: 'no-account', untilMs: (await ledger.nowMs()) + 60_000 } as const
  await ledger.recordInvitation(waiting.seat, true)
  await end(ledger, waiting.id, (lease) => ledger.settle(waiting.id, 1, outcome, lease))
  await ledger.ensureChore({ kind: 'chore', chore: 'audit', of: campus }, laneOf.audit(campus))
  await ledger.writeCursor('audit-campus', '42')
  await ledger.noteHint({ store: shop, order: OrderId.parse('1001') }, 'action')
  await ledger.gates.shut('lms.campus', 'parked', 'LMS_TOKEN_REFUSED', 3_600_000)
  await ledger.lease('tell-shop-1003', 3_600_000)
}

async function sell(ledger: RedisLedger, number: string, learner: string) {
  const order = OrderId.parse(number)
  const lines = [aLine()]
  const snapshot = anOrder({ order, learner: emailOf(`${learner}@example.org`), lines })
  await ledger.applyReading(await ledger.numberRead(snapshot), { ...anOffer(snapshot), tells: true })
  const [seat] = (await ledger.orderView({ store: shop, order }))?.seats ?? []
  if (seat === undefined) throw new Error(`order ${number} has no seat`)
  return { seat, id: itemId({ kind: 'seat', lms: campus, seat }) }
}

async function end(
  ledger: RedisLedger,
  id: string,
  how: (lease: NonNullable<Awaited<ReturnType<RedisLedger['lease']>>>) => Promise<unknown>,
): Promise<void> {
  const lease = await ledger.lease(id, 5000)
  if (lease === undefined) throw new Error(`${id} is in somebody's hand`)
  await how(lease)
}
