import { describe, expect, it } from '@jest/globals'
import { enrollSeat, type FailureCode } from '@seatkeeper/core'
import { aLine, anOffer, anOrder, catalogue, noBrake } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'

const at = useLedger()

const order = anOrder()
const ref = { store: order.store, order: order.order }
const verified = { isActive: true, mode: catalogue.mode }

async function theSeat() {
  const [seat] = (await at.ledger.orderView(ref))?.seats ?? []
  if (seat === undefined) throw new Error('the order has no seat')
  return seat
}

function die(id: string, code: FailureCode) {
  const { backoff } = enrollSeat
  return at.ledger.fileFailure({ id, generation: 1, code, permanent: true, backoff, random: 0 })
}

const later = (seconds: number, status = 'processing') =>
  anOffer(anOrder({ status, modifiedAtMs: order.modifiedAtMs + seconds * 1000 }))

async function aDeadSeat() {
  await at.ledger.applySnapshot(anOffer(order))
  await die(`seat-${await theSeat()}`, 'LMS_COURSE_UNKNOWN')
}

const units = (quantity: number, seconds: number) =>
  anOffer(anOrder({ modifiedAtMs: order.modifiedAtMs + seconds * 1000, lines: [aLine({ quantity })] }))

describe('applySnapshot', () => {
  it('has the shop told of open seats, though no seat changes by them', async () => {
    const tell = async () => (await at.ledger.readItem(`tell-${ref.store}-${ref.order}`))?.generation
    await at.ledger.applySnapshot({ ...units(1, 0), tells: true })
    expect(await tell()).toBeUndefined()
    await at.ledger.applySnapshot({ ...units(3, 1), tells: true })
    expect(await tell()).toBe(1)
    await at.ledger.applySnapshot({ ...units(3, 2), tells: true })
    expect(await tell()).toBe(1)
  })
})

describe('readTelling', () => {
  it('knows nothing of an order that is not there', async () => {
    expect(await at.ledger.readTelling(ref)).toBeUndefined()
  })

  it('has what every claim has come to', async () => {
    await at.ledger.applySnapshot(anOffer(anOrder({ lines: [aLine({ quantity: 2 })] })))
    const seat = await theSeat()
    await at.ledger.recordApplied(seat, verified)
    const key = 'shop/1001/31/1/campus/course-v1:DemoU+CS101+2026'
    expect(await at.ledger.readTelling(ref)).toEqual({
      status: 'settled',
      failure: null,
      change: null,
      isDeleted: false,
      claims: [
        {
          key,
          access: 'granted',
          mode: 'verified',
          seat: { claims: [{ key, access: 'granted', mode: 'verified' }], baseline: null, applied: verified },
          status: 'due',
          waitReason: null,
          failure: null,
        },
      ],
      open: [key.replace('/31/1/', '/31/2/')],
      note: null,
      write: null,
    })
  })

  it('has why a seat and the order itself died', async () => {
    await at.ledger.noteHint(ref, 'action')
    await at.ledger.applySnapshot(anOffer(order))
    await die(`seat-${await theSeat()}`, 'LMS_COURSE_UNKNOWN')
    await die('order-shop-1001', 'ORDER_LINE_UNKNOWN')
    expect(await at.ledger.readTelling(ref)).toMatchObject({
      status: 'dead',
      failure: 'ORDER_LINE_UNKNOWN',
      claims: [{ status: 'dead', failure: 'LMS_COURSE_UNKNOWN' }],
      open: [],
    })
  })

  it('says that an order was deleted', async () => {
    await at.ledger.applySnapshot(anOffer(order))
    await at.ledger.applyDeletion(await at.ledger.numberRead(ref), ref, noBrake)
    expect(await at.ledger.readTelling(ref)).toMatchObject({ isDeleted: true })
  })
})

describe('a note', () => {
  it('is kept unconfirmed with its time, and confirmed by its number alone', async () => {
    await at.ledger.applySnapshot(anOffer(order))
    await at.ledger.recordNote(ref, { number: 3, outcome: 'digest' })
    const kept = {
      number: 3,
      outcome: 'digest',
      isConfirmed: false,
      atMs: expect.closeTo(await at.ledger.nowMs(), -4) as unknown,
    }
    expect((await at.ledger.readTelling(ref))?.note).toEqual(kept)
    await at.ledger.confirmNote(ref, 2)
    expect((await at.ledger.readTelling(ref))?.note).toEqual(kept)
    await at.ledger.confirmNote(ref, 3)
    expect((await at.ledger.readTelling(ref))?.note).toEqual({ ...kept, isConfirmed: true })
  })
})

describe('a change of an order’s status', () => {
  const write = { from: 'processing', to: 'stuck', refunds: 'none' }

  it('is kept until it was seen through', async () => {
    await at.ledger.applySnapshot(anOffer(order))
    await at.ledger.recordWrite(ref, write)
    expect((await at.ledger.readTelling(ref))?.write).toEqual(write)
    await at.ledger.recordWrite(ref, null)
    expect((await at.ledger.readTelling(ref))?.write).toBeNull()
  })

  it('revives nothing that is dead; what the shop does after it does', async () => {
    await aDeadSeat()
    await at.ledger.keepOwnWrite(ref, order.modifiedAtMs + 2000)
    await at.ledger.keepOwnWrite(ref, order.modifiedAtMs + 1000)
    expect(await at.ledger.applySnapshot(later(2))).toEqual({ result: 'applied', wakeUps: [] })
    expect((await at.ledger.applySnapshot(later(3))).wakeUps).toHaveLength(1)
  })

  it('is known by its status while nobody knows whether it was made', async () => {
    await aDeadSeat()
    await at.ledger.recordWrite(ref, write)
    expect(await at.ledger.applySnapshot(later(2, 'stuck'))).toEqual({ result: 'applied', wakeUps: [] })
    await at.ledger.recordWrite(ref, null)
    expect((await at.ledger.applySnapshot(later(3, 'stuck'))).wakeUps).toHaveLength(1)
  })
})
