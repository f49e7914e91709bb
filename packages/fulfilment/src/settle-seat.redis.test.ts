import { describe, expect, it } from '@jest/globals'
import { CourseMode, enrollSeat, noEnrolment, OrderId, type Enrolment, type FailureCode } from '@seatkeeper/core'
import { emailOf } from '@seatkeeper/core/fixture'
import { useSeatScene } from './seat-scene.fixture.ts'

const ada = emailOf('ada@example.org')
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }
const audit: Enrolment = { isActive: true, mode: CourseMode.parse('audit') }
const aboutAMinute: unknown = expect.closeTo(60_000, -4)

const scene = useSeatScene()

async function fileFailure(code: FailureCode) {
  const { id, generation } = await scene.theSeat()
  const { backoff } = enrollSeat
  return scene.ledger.fileFailure({ id: `seat-${id}`, generation, code, permanent: false, backoff, random: 0 })
}

describe('settleSeat', () => {
  it('enrols who paid, once, and remembers what was there before', async () => {
    scene.lms.register(ada)
    await scene.paid()
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(await scene.settle()).toEqual({ status: 'superseded' })
    expect(scene.lms.writes).toHaveLength(1)
    expect(await scene.theSeat()).toMatchObject({
      baseline: noEnrolment,
      applied: verified,
      account: { username: 'ada' },
    })
  })

  it('names the order with a row that it makes', async () => {
    scene.lms.register(ada)
    await scene.paid()
    await scene.settle()
    expect(scene.lms.writes).toMatchObject([{ order: { store: 'shop', order: '1001' } }])
  })

  it('names no order with a row that was there, whose attributes that would replace', async () => {
    scene.lms.register(ada)
    scene.lms.setRow(ada, audit)
    await scene.paid()
    await scene.settle()
    expect(scene.lms.writes.map(({ mode, order }) => ({ mode, order }))).toEqual([
      { mode: 'verified', order: undefined },
    ])
  })

  it('ends the seat after a refund, in the mode it has', async () => {
    scene.lms.register(ada)
    await scene.paid()
    await scene.settle()
    await scene.refunded()
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(scene.lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
  })

  it('ends the seat of an account that was renamed, whose old name reads as no row', async () => {
    scene.lms.register(ada)
    await scene.paid()
    await scene.settle()
    scene.lms.rename(ada, 'countess')
    await scene.refunded()
    await scene.settle()
    expect(scene.lms.rowOf('countess')).toMatchObject({ isActive: false })
    expect(await scene.theSeat()).toMatchObject({ account: { username: 'countess' }, applied: { isActive: false } })
  })

  it('asks the LMS nothing about a seat that was refunded before its payment was settled', async () => {
    await scene.paid()
    await scene.refunded()
    expect(await scene.settle()).toEqual({ status: 'unchanged' })
    expect(scene.lms.writes).toEqual([])
  })

  it('gives a free learner who upgraded the free seat back', async () => {
    scene.lms.register(ada)
    scene.lms.setRow(ada, audit)
    await scene.paid()
    await scene.settle()
    expect(scene.lms.row(ada)).toEqual(verified)
    await scene.refunded()
    await scene.settle()
    expect(scene.lms.row(ada)).toEqual(audit)
  })

  it('lets a free learner leave by themselves, and knows it', async () => {
    scene.lms.register(ada)
    scene.lms.setRow(ada, audit)
    await scene.paid()
    await scene.settle()
    scene.lms.beforeNextRead(async () => scene.lms.setRow(ada, { ...audit, isActive: false }))
    await scene.refunded()
    expect(await scene.settle()).toEqual({ status: 'unchanged' })
    expect(await scene.theSeat()).toMatchObject({ applied: { isActive: false } })
  })

  it('leaves a better mode that somebody else gave, and does not call it its own', async () => {
    scene.lms.register(ada)
    scene.lms.setRow(ada, { isActive: true, mode: CourseMode.parse('masters') })
    await scene.paid()
    expect(await scene.settle()).toEqual({ status: 'unchanged' })
    expect(await scene.theSeat()).toMatchObject({ applied: null })
  })

  it('keeps the seat while another order still pays for it', async () => {
    scene.lms.register(ada)
    await scene.paid()
    await scene.offer({ order: OrderId.parse('1002') })
    await scene.settle()
    await scene.refunded()
    expect(await scene.settle()).toEqual({ status: 'unchanged' })
    expect(scene.lms.row(ada)).toEqual(verified)
  })

  it('does not write again when the answer to a write was lost after the commit', async () => {
    scene.lms.register(ada)
    await scene.paid()
    scene.lms.failNextWrite('LMS_OUTCOME_UNKNOWN', 'after')
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(scene.lms.writes).toHaveLength(1)
  })

  it('tries again no sooner than a minute later when a write may still come through', async () => {
    scene.lms.register(ada)
    await scene.paid()
    scene.lms.failNextWrite('LMS_OUTCOME_UNKNOWN', 'before')
    await expect(scene.settle()).rejects.toMatchObject({ code: 'LMS_OUTCOME_UNKNOWN' })
    expect(await fileFailure('LMS_OUTCOME_UNKNOWN')).toMatchObject({ next: 'retry', delayMs: aboutAMinute })
  })

  it('looks again a minute later when a refund settled the seat while a write may still come through', async () => {
    scene.lms.register(ada)
    await scene.paid()
    scene.lms.beforeNextRead(() => scene.refunded())
    scene.lms.failNextWrite('LMS_OUTCOME_UNKNOWN', 'before')
    expect(await scene.settle()).toEqual({ status: 'unchanged' })
    const { id } = await scene.theSeat()
    const item = await scene.ledger.readItem(`seat-${id}`)
    expect(item).toMatchObject({ status: 'due', settledGeneration: 2, generation: 3 })
    expect((item?.dueAtMs ?? 0) - (await scene.ledger.nowMs())).toBeGreaterThan(50_000)
  })

  it('takes a refusal for success where the row is as wanted all the same', async () => {
    scene.lms.register(ada)
    await scene.paid()
    scene.lms.failNextWrite('LMS_ENROLMENT_REFUSED', 'after')
    expect(await scene.settle()).toEqual({ status: 'applied' })
  })

  it('keeps the LMS’s own words in the timeline of a refused seat', async () => {
    scene.lms.register(ada)
    await scene.paid()
    scene.lms.failNextWrite('LMS_ENROLMENT_REFUSED', 'before')
    await expect(scene.settle()).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
    const entries = await scene.ledger.timeline(`seat-${(await scene.theSeat()).id}`)
    expect(entries).toContainEqual(expect.objectContaining({ what: 'said', detail: 'words of the LMS' }))
  })

  it('converges again when a refund arrives in the middle', async () => {
    scene.lms.register(ada)
    await scene.paid()
    scene.lms.beforeNextRead(() => scene.refunded())
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(scene.lms.row(ada)).toMatchObject({ isActive: false })
    expect((await scene.ledger.conservation()).due).toBe(0)
  })

  it('takes a failure for nothing when the seat changed in the middle, because the wake-up of the change found it busy', async () => {
    scene.lms.register(ada)
    await scene.paid()
    scene.lms.failNextWrite('LMS_ENROLMENT_REFUSED', 'before')
    scene.lms.beforeNextRead(() => scene.refunded())
    expect(await scene.settle()).toEqual({ status: 'unchanged' })
    expect((await scene.ledger.conservation()).due).toBe(0)
  })

  it('writes nothing once its lease is lost', async () => {
    scene.lms.register(ada)
    await scene.paid()
    const { id } = await scene.theSeat()
    scene.lms.beforeNextRead(async () => void (await scene.at.redis.del(`${scene.at.prefix}lease:seat-${id}`)))
    await expect(scene.settle()).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect(scene.lms.writes).toEqual([])
  })

  it('puts right what a worker wrote that froze until somebody else had settled the seat', async () => {
    scene.lms.register(ada)
    await scene.paid()
    const { id } = await scene.theSeat()
    const awake = { ...scene.lms }
    scene.lms.writeEnrolment = async (write, signal) => {
      Object.assign(scene.lms, awake)
      await scene.at.redis.del(`${scene.at.prefix}lease:seat-${id}`)
      await scene.refunded()
      await scene.settle()
      await awake.writeEnrolment(write, signal)
    }
    await scene.settle()
    expect(scene.lms.writes).toHaveLength(2)
    expect(scene.lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
    expect((await scene.ledger.conservation()).due).toBe(0)
  })

  it('ends what a worker wrote that died before it could say so, after the claim moved to another learner', async () => {
    scene.lms.register(ada)
    await scene.paid()
    const seat = await scene.theSeat()
    const alive = scene.ledger
    scene.ledger = { ...alive, recordApplied: () => Promise.reject(new Error('killed')) }
    await expect(scene.settle()).rejects.toMatchObject({ code: 'UNEXPECTED' })
    scene.ledger = alive
    await scene.offer({ learner: emailOf('grace@example.org') })
    expect(await scene.settleById(seat.id)).toEqual({ status: 'applied' })
    expect(scene.lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
  })

  it('ends at once where somebody else has the seat in hand', async () => {
    await scene.paid()
    const lease = await scene.ledger.lease(`seat-${(await scene.theSeat()).id}`, 5000)
    expect(await scene.settle()).toEqual({ status: 'busy' })
    await lease?.release()
  })
})
