import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  CourseKey,
  CourseMode,
  enrollSeat,
  JobFailure,
  LmsId,
  noEnrolment,
  OrderId,
  SeatId,
  type Enrolment,
  type FailureCode,
  type OrderSnapshot,
  type Seat,
  type WakeUp,
} from '@seatkeeper/core'
import { aLine, anOffer, anOrder, courseSku, emailOf } from '@seatkeeper/core/fixture'
import type { RedisLedger } from '@seatkeeper/ledger'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { settleSeat, type SeatPolicy } from './index.ts'
import { createMemoryLms, type MemoryLms } from './lms.fixture.ts'

const ada = emailOf('ada@example.org')
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }
const audit: Enrolment = { isActive: true, mode: CourseMode.parse('audit') }
const policy: SeatPolicy = { closedCourse: 'refuse', lastClaimGone: 'deactivate' }
const patience = { firstLookMs: 1000, maxLookMs: 10_000, patienceMs: 60_000 }

const at = useLedger()
let ledger: RedisLedger
let lms: MemoryLms
let woken: WakeUp[] = []

beforeEach(() => {
  ledger = at.ledger
  lms = createMemoryLms()
  woken = []
})

async function offer(order: Partial<OrderSnapshot> = {}) {
  const snapshot = anOrder(order)
  await ledger.applyReading(await ledger.numberRead(snapshot), anOffer(snapshot))
}

async function theSeat(order: Partial<OrderSnapshot> = {}): Promise<Seat> {
  const [id] = (await ledger.orderView(anOrder(order)))?.seats ?? []
  const seat = id === undefined ? undefined : await ledger.readSeat(id)
  if (seat === undefined) throw new Error('there is no seat')
  return seat
}

async function settle(order: Partial<OrderSnapshot> = {}) {
  return settleById((await theSeat(order)).id)
}

const wake = (due: readonly WakeUp[]) => Promise.resolve(void woken.push(...due))

function settleById(seat: SeatId) {
  const run = settleSeat({ ledger, lms, patience, policy, wake })
  return run({ v: 1, lms: LmsId.parse('campus'), seat, generation: 1 }, { signal: AbortSignal.timeout(5000) })
}

async function fileFailure(code: FailureCode) {
  const { id, generation } = await theSeat()
  const { backoff } = enrollSeat
  return ledger.fileFailure({ id: `seat-${id}`, generation, code, permanent: false, backoff, random: 0 })
}

const aboutAMinute: unknown = expect.closeTo(60_000, -4)
const paid = () => offer()
const refunded = () => offer({ lines: [aLine({ refunded: 1 })] })

describe('settleSeat', () => {
  it('enrols who paid, once, and remembers what was there before', async () => {
    lms.register(ada)
    await paid()
    expect(await settle()).toEqual({ status: 'applied' })
    expect(await settle()).toEqual({ status: 'superseded' })
    expect(lms.writes).toHaveLength(1)
    expect(await theSeat()).toMatchObject({ baseline: noEnrolment, applied: verified, account: { username: 'ada' } })
  })

  it('names the order with a row that it makes', async () => {
    lms.register(ada)
    await paid()
    await settle()
    expect(lms.writes).toMatchObject([{ order: { store: 'shop', order: '1001' } }])
  })

  it('names no order with a row that was there, whose attributes that would replace', async () => {
    lms.register(ada)
    lms.setRow(ada, audit)
    await paid()
    await settle()
    expect(lms.writes.map(({ mode, order }) => ({ mode, order }))).toEqual([{ mode: 'verified', order: undefined }])
  })

  it('ends the seat after a refund, in the mode it has', async () => {
    lms.register(ada)
    await paid()
    await settle()
    await refunded()
    expect(await settle()).toEqual({ status: 'applied' })
    expect(lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
  })

  it('ends the seat of an account that was renamed, whose old name reads as no row', async () => {
    lms.register(ada)
    await paid()
    await settle()
    lms.rename(ada, 'countess')
    await refunded()
    await settle()
    expect(lms.rowOf('countess')).toMatchObject({ isActive: false })
    expect(await theSeat()).toMatchObject({ account: { username: 'countess' }, applied: { isActive: false } })
  })

  it('asks the LMS nothing about a seat that was refunded before its payment was settled', async () => {
    await paid()
    await refunded()
    expect(await settle()).toEqual({ status: 'unchanged' })
    expect(lms.writes).toEqual([])
  })

  it('gives a free learner who upgraded the free seat back', async () => {
    lms.register(ada)
    lms.setRow(ada, audit)
    await paid()
    await settle()
    expect(lms.row(ada)).toEqual(verified)
    await refunded()
    await settle()
    expect(lms.row(ada)).toEqual(audit)
  })

  it('lets a free learner leave by themselves, and knows it', async () => {
    lms.register(ada)
    lms.setRow(ada, audit)
    await paid()
    await settle()
    lms.beforeNextRead(async () => lms.setRow(ada, { ...audit, isActive: false }))
    await refunded()
    expect(await settle()).toEqual({ status: 'unchanged' })
    expect(await theSeat()).toMatchObject({ applied: { isActive: false } })
  })

  it('leaves a better mode that somebody else gave, and does not call it its own', async () => {
    lms.register(ada)
    lms.setRow(ada, { isActive: true, mode: CourseMode.parse('masters') })
    await paid()
    expect(await settle()).toEqual({ status: 'unchanged' })
    expect(await theSeat()).toMatchObject({ applied: null })
  })

  it('keeps the seat while another order still pays for it', async () => {
    lms.register(ada)
    await paid()
    await offer({ order: OrderId.parse('1002') })
    await settle()
    await refunded()
    expect(await settle()).toEqual({ status: 'unchanged' })
    expect(lms.row(ada)).toEqual(verified)
  })

  it('does not write again when the answer to a write was lost after the commit', async () => {
    lms.register(ada)
    await paid()
    lms.failNextWrite('LMS_OUTCOME_UNKNOWN', 'after')
    expect(await settle()).toEqual({ status: 'applied' })
    expect(lms.writes).toHaveLength(1)
  })

  it('tries again no sooner than a minute later when a write may still come through', async () => {
    lms.register(ada)
    await paid()
    lms.failNextWrite('LMS_OUTCOME_UNKNOWN', 'before')
    await expect(settle()).rejects.toMatchObject({ code: 'LMS_OUTCOME_UNKNOWN' })
    expect(await fileFailure('LMS_OUTCOME_UNKNOWN')).toMatchObject({ next: 'retry', delayMs: aboutAMinute })
  })

  it('looks again a minute later when a refund settled the seat while a write may still come through', async () => {
    lms.register(ada)
    await paid()
    lms.beforeNextRead(refunded)
    lms.failNextWrite('LMS_OUTCOME_UNKNOWN', 'before')
    expect(await settle()).toEqual({ status: 'unchanged' })
    const { id } = await theSeat()
    const item = await ledger.readItem(`seat-${id}`)
    expect(item).toMatchObject({ status: 'due', settledGeneration: 2, generation: 3 })
    expect((item?.dueAtMs ?? 0) - (await ledger.nowMs())).toBeGreaterThan(50_000)
  })

  it('takes a refusal for success where the row is as wanted all the same', async () => {
    lms.register(ada)
    await paid()
    lms.failNextWrite('LMS_ENROLMENT_REFUSED', 'after')
    expect(await settle()).toEqual({ status: 'applied' })
  })

  it('keeps the LMS’s own words in the timeline of a refused seat', async () => {
    lms.register(ada)
    await paid()
    lms.failNextWrite('LMS_ENROLMENT_REFUSED', 'before')
    await expect(settle()).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
    const entries = await ledger.timeline(`seat-${(await theSeat()).id}`)
    expect(entries).toContainEqual(expect.objectContaining({ what: 'said', detail: 'words of the LMS' }))
  })

  it('converges again when a refund arrives in the middle', async () => {
    lms.register(ada)
    await paid()
    lms.beforeNextRead(refunded)
    expect(await settle()).toEqual({ status: 'applied' })
    expect(lms.row(ada)).toMatchObject({ isActive: false })
    expect((await ledger.conservation()).due).toBe(0)
  })

  it('takes a failure for nothing when the seat changed in the middle, because the wake-up of the change found it busy', async () => {
    lms.register(ada)
    await paid()
    lms.failNextWrite('LMS_ENROLMENT_REFUSED', 'before')
    lms.beforeNextRead(refunded)
    expect(await settle()).toEqual({ status: 'unchanged' })
    expect((await ledger.conservation()).due).toBe(0)
  })

  it('writes nothing once its lease is lost', async () => {
    lms.register(ada)
    await paid()
    const { id } = await theSeat()
    lms.beforeNextRead(async () => void (await at.redis.del(`${at.prefix}lease:seat-${id}`)))
    await expect(settle()).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect(lms.writes).toEqual([])
  })

  it('puts right what a worker wrote that froze until somebody else had settled the seat', async () => {
    lms.register(ada)
    await paid()
    const { id } = await theSeat()
    const awake = { ...lms }
    lms.writeEnrolment = async (write, signal) => {
      Object.assign(lms, awake)
      await at.redis.del(`${at.prefix}lease:seat-${id}`)
      await refunded()
      await settle()
      await awake.writeEnrolment(write, signal)
    }
    await settle()
    expect(lms.writes).toHaveLength(2)
    expect(lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
    expect((await ledger.conservation()).due).toBe(0)
  })

  it('ends what a worker wrote that died before it could say so, after the claim moved to another learner', async () => {
    lms.register(ada)
    await paid()
    const seat = await theSeat()
    const alive = ledger
    ledger = { ...alive, recordApplied: () => Promise.reject(new Error('killed')) }
    await expect(settle()).rejects.toMatchObject({ code: 'UNEXPECTED' })
    ledger = alive
    await offer({ learner: emailOf('grace@example.org') })
    expect(await settleById(seat.id)).toEqual({ status: 'applied' })
    expect(lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
  })

  it('ends at once where somebody else has the seat in hand', async () => {
    await paid()
    const lease = await ledger.lease(`seat-${(await theSeat()).id}`, 5000)
    expect(await settle()).toEqual({ status: 'busy' })
    await lease?.release()
  })
})

describe('settleSeat for two seats of one account', () => {
  it('lets them meet in the first, which keeps all claims and its baseline', async () => {
    lms.register(ada)
    lms.alias(emailOf('countess@example.org'), ada)
    await paid()
    const first = await theSeat()
    await settle()
    const second = OrderId.parse('1002')
    await offer({ order: second, learner: emailOf('countess@example.org') })
    expect(await settle({ order: second })).toEqual({ status: 'superseded' })
    expect(woken).toMatchObject([{ item: { seat: first.id }, lane: 'enroll.campus' }])
    await refunded()
    await settle()
    expect(lms.row(ada)).toEqual(verified)
    expect(await theSeat({ order: second })).toMatchObject({
      id: first.id,
      orders: [{ order: '1001' }, { order: '1002' }],
    })
    expect((await ledger.conservation()).due).toBe(0)
  })

  it('asks again whose address it is when it buys again', async () => {
    lms.register(ada)
    await paid()
    await settle()
    lms.moveAddress(ada, 'grace')
    const second = OrderId.parse('1002')
    await offer({ order: second })
    await settle({ order: second })
    expect(await theSeat({ order: second })).toMatchObject({ account: { username: 'grace' } })
    await refunded()
    await settle()
    expect(lms.rowOf('ada')).toMatchObject({ isActive: false })
    expect(lms.rowOf('grace')).toEqual(verified)
  })
})

describe('settleSeat after an operator’s decision', () => {
  const item = { lms: LmsId.parse('campus'), course: CourseKey.parse(courseSku), mode: CourseMode.parse('verified') }
  const decision = { item, seat: null, learner: ada, by: 'ops', reason: 'a test' }

  it('ends what is denied, whoever paid, and gives it back when the denial is taken back', async () => {
    lms.register(ada)
    await paid()
    await settle()
    const { id } = await theSeat()
    await ledger.setOperatorClaim({ ...decision, seat: id, access: 'denied' })
    await settle()
    expect(lms.row(ada)).toMatchObject({ isActive: false })
    expect(await theSeat()).toMatchObject({ decision: { access: 'denied', by: 'ops', reason: 'a test' } })
    await ledger.setOperatorClaim({ ...decision, seat: id, access: 'withdrawn' })
    await settle()
    expect(lms.row(ada)).toEqual(verified)
  })

  it('enrols whom an operator grants a seat that nobody bought', async () => {
    lms.register(ada)
    const { seat } = await ledger.setOperatorClaim({ ...decision, access: 'granted' })
    await settleById(SeatId.parse(seat))
    expect(lms.row(ada)).toEqual(verified)
  })

  it('knows no seat that is not there', async () => {
    const claim = {
      ...decision,
      seat: SeatId.parse('s0000000000000000000'),
      access: 'denied' as const,
    }
    expect(await ledger.setOperatorClaim(claim)).toEqual({ seat: 'unknown', wakeUps: [] })
  })
})

describe('settleSeat for a learner without an account', () => {
  it('invites once and waits without a job', async () => {
    await paid()
    expect(await settle()).toMatchObject({ status: 'waiting', reason: 'no-account' })
    expect(await settle()).toMatchObject({ status: 'waiting' })
    expect([...lms.invited]).toEqual([ada])
    expect(await ledger.conservation()).toMatchObject({ waiting: 1, due: 0 })
  })

  it('gives the paid mode once the account is there, and counts the row that the invitation made as ours', async () => {
    await paid()
    await settle()
    lms.register(ada)
    lms.setRow(ada, audit)
    expect(await settle()).toEqual({ status: 'applied' })
    expect(lms.row(ada)).toEqual(verified)
    await refunded()
    await settle()
    expect(lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
  })

  it('takes the invitation back after a refund and ends what it made meanwhile', async () => {
    await paid()
    await settle()
    await refunded()
    expect(await settle()).toEqual({ status: 'applied' })
    expect(lms.invited.size).toBe(0)
    expect(lms.writes).toEqual([])
  })

  it('invites again where a worker died between noting the invitation and making it', async () => {
    await paid()
    await ledger.recordInvitation((await theSeat()).id, true)
    await settle()
    expect([...lms.invited]).toEqual([ada])
  })

  it('takes an invitation back once more where making it may still come through', async () => {
    await paid()
    const answering = { ...lms }
    lms.invite = () => Promise.reject(new JobFailure('LMS_OUTCOME_UNKNOWN', 'asked for by the test'))
    await expect(settle()).rejects.toMatchObject({ code: 'LMS_OUTCOME_UNKNOWN' })
    Object.assign(lms, answering)
    await refunded()
    expect(await settle()).toEqual({ status: 'applied' })
    expect(await theSeat()).toMatchObject({ invited: true })
    await at.redis.hdel(`${at.prefix}item:seat-${(await theSeat()).id}`, 'recheck')
    lms.invited.add(ada)
    expect(await settle()).toEqual({ status: 'applied' })
    expect(lms.invited.size).toBe(0)
    expect(await theSeat()).toMatchObject({ invited: false })
  })

  it('gives up after its patience', async () => {
    await paid()
    await settle()
    const { id } = await theSeat()
    await at.redis.hset(`${at.prefix}seat:${id}`, 'waitingSince', (await ledger.nowMs()) - patience.patienceMs)
    await expect(settle()).rejects.toMatchObject({ code: 'LEARNER_NOT_REGISTERED' })
  })
})
