import { describe, expect, it } from '@jest/globals'
import { ChangeId, EmailAddress, enrollSeat, OrderId, Username } from '@seatkeeper/core'
import { aLine, anOffer, anOrder } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'

const order = anOrder()
const ref = { store: order.store, order: order.order }
const [first, second] = ['01', '02'].map((digits) => ChangeId.parse(digits.repeat(16))) as [ChangeId, ChangeId]

const at = useLedger()

const offer = () => ({ ...anOffer(order), tells: true })
const changed = (seconds: number, quantity = 1) => ({
  ...anOffer(anOrder({ modifiedAtMs: order.modifiedAtMs + seconds * 1000, lines: [aLine({ quantity })] })),
  tells: true,
})

async function seatId() {
  const [seat] = (await at.ledger.orderView(ref))?.seats ?? []
  if (seat === undefined) throw new Error('the order has no seat')
  return seat
}

async function die(id: string) {
  const { backoff } = enrollSeat
  const { generation = 0 } = (await at.ledger.itemStatus(id)) ?? {}
  await at.ledger.fileFailure({ id, generation, code: 'LMS_COURSE_UNKNOWN', permanent: true, backoff, random: 0 })
}

async function settle(id: string) {
  const lease = await at.ledger.lease(id, 10_000)
  const { generation = 0 } = (await at.ledger.itemStatus(id)) ?? {}
  if (lease === undefined) throw new Error('the lease is taken')
  await at.ledger.settle(id, generation, { status: 'applied' }, lease)
}

const orderItem = `order-${ref.store}-${ref.order}`
const tellItem = `tell-${ref.store}-${ref.order}`

describe('the change of an order', () => {
  it('is what its seats and the telling of them are known by', async () => {
    await at.ledger.applySnapshot(offer(), first)
    const seat = `seat-${await seatId()}`
    expect(await at.ledger.changeOf(seat)).toBe(first)
    await settle(seat)
    expect(await at.ledger.changeOf(tellItem)).toBe(first)
    expect(await at.ledger.readTelling(ref)).toMatchObject({ change: first })
  })

  it('goes from a hint over the reading to the seats', async () => {
    await at.ledger.noteHint(ref, 'refund', undefined, first)
    expect(await at.ledger.changeOf(orderItem)).toBe(first)
    await at.ledger.applyReading(await at.ledger.numberRead(ref), offer())
    expect(await at.ledger.changeOf(`seat-${await seatId()}`)).toBe(first)
  })

  it('goes from a hint over a deletion to the seats', async () => {
    await at.ledger.applySnapshot(offer(), first)
    await at.ledger.noteHint(ref, 'deleted', undefined, second)
    await at.ledger.applyDeletion(await at.ledger.numberRead(ref), ref, offer().brake)
    expect(await at.ledger.changeOf(`seat-${await seatId()}`)).toBe(second)
  })

  it('stays with what died of it, and with its replay', async () => {
    await at.ledger.applySnapshot(offer(), first)
    const seat = `seat-${await seatId()}`
    await die(seat)
    expect(await at.ledger.readItem(seat)).toMatchObject({ status: 'dead', change: first })
    expect(await at.ledger.changeOf(tellItem)).toBe(first)
    await at.ledger.replay({ id: seat, generation: null, by: 'ops', perSecond: 10 })
    expect(await at.ledger.readItem(seat)).toMatchObject({ status: 'due', change: first })
    expect(await at.ledger.changeOf(orderItem)).toBe(first)
  })

  it('gives way to the next, and to what is about no change of an order', async () => {
    await at.ledger.applySnapshot(offer(), first)
    const seat = await seatId()
    await at.ledger.noteHint(ref, 'tie', undefined, second)
    await at.ledger.applyReading(await at.ledger.numberRead(ref), changed(1, 0))
    expect(await at.ledger.changeOf(`seat-${seat}`)).toBe(second)
    await settle(`seat-${seat}`)
    await at.ledger.bumpSeats([seat], 'drift')
    expect(await at.ledger.changeOf(`seat-${seat}`)).toBeNull()
  })

  it('goes with the claims of a seat to the one that it joins', async () => {
    const other = anOrder({ order: OrderId.parse('1002'), learner: EmailAddress.parse('countess@example.org') })
    await at.ledger.applySnapshot(offer(), first)
    await at.ledger.applySnapshot(anOffer(other), second)
    const account = { id: 7, username: Username.parse('ada') }
    const [theOther] = (await at.ledger.orderView(other))?.seats ?? []
    const survivor = await seatId()
    await at.ledger.bindAccount(survivor, account)
    if (theOther !== undefined) await at.ledger.bindAccount(theOther, account)
    expect(await at.ledger.changeOf(`seat-${survivor}`)).toBe(second)
  })

  it('is unknown of news that brought none, and of what an earlier release stored', async () => {
    await at.ledger.applySnapshot(offer())
    expect(await at.ledger.readItem(`seat-${await seatId()}`)).toMatchObject({ change: null })
    expect(await at.ledger.changeOf('seat-nobody')).toBeNull()
  })
})
