import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ChangeId, EmailAddress, enrollSeat, OrderId, Username } from '@seatkeeper/core'
import { aLine, anOffer, anOrder } from '@seatkeeper/core/fixture'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { createLedger, type RedisLedger } from './index.ts'

const order = anOrder()
const ref = { store: order.store, order: order.order }
const [first, second] = ['01', '02'].map((digits) => ChangeId.parse(digits.repeat(16))) as [ChangeId, ChangeId]

let server: EmbeddedRedis
let redis: Redis
let ledger: RedisLedger
let tests = 0

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})
beforeEach(() => {
  tests += 1
  ledger = createLedger(redis, `{change-${tests}}:`)
})

const offer = () => ({ ...anOffer(order), tells: true })
const changed = (seconds: number, quantity = 1) => ({
  ...anOffer(anOrder({ modifiedAtMs: order.modifiedAtMs + seconds * 1000, lines: [aLine({ quantity })] })),
  tells: true,
})

async function seatId() {
  const [seat] = (await ledger.orderView(ref))?.seats ?? []
  if (seat === undefined) throw new Error('the order has no seat')
  return seat
}

async function die(id: string) {
  const { backoff } = enrollSeat
  const { generation = 0 } = (await ledger.itemStatus(id)) ?? {}
  await ledger.fileFailure({ id, generation, code: 'LMS_COURSE_UNKNOWN', permanent: true, backoff, random: 0 })
}

async function settle(id: string) {
  const lease = await ledger.lease(id, 10_000)
  const { generation = 0 } = (await ledger.itemStatus(id)) ?? {}
  if (lease === undefined) throw new Error('the lease is taken')
  await ledger.settle(id, generation, { status: 'applied' }, lease)
}

const orderItem = `order-${ref.store}-${ref.order}`
const tellItem = `tell-${ref.store}-${ref.order}`

describe('the change of an order', () => {
  it('is what its seats and the telling of them are known by', async () => {
    await ledger.applySnapshot(offer(), first)
    const seat = `seat-${await seatId()}`
    expect(await ledger.changeOf(seat)).toBe(first)
    await settle(seat)
    expect(await ledger.changeOf(tellItem)).toBe(first)
    expect(await ledger.readTelling(ref)).toMatchObject({ change: first })
  })

  it('goes from a hint over the reading to the seats', async () => {
    await ledger.noteHint(ref, 'refund', undefined, first)
    expect(await ledger.changeOf(orderItem)).toBe(first)
    await ledger.applyReading(await ledger.numberRead(ref), offer())
    expect(await ledger.changeOf(`seat-${await seatId()}`)).toBe(first)
  })

  it('goes from a hint over a deletion to the seats', async () => {
    await ledger.applySnapshot(offer(), first)
    await ledger.noteHint(ref, 'deleted', undefined, second)
    await ledger.applyDeletion(await ledger.numberRead(ref), ref, offer().brake)
    expect(await ledger.changeOf(`seat-${await seatId()}`)).toBe(second)
  })

  it('stays with what died of it, and with its replay', async () => {
    await ledger.applySnapshot(offer(), first)
    const seat = `seat-${await seatId()}`
    await die(seat)
    expect(await ledger.readItem(seat)).toMatchObject({ status: 'dead', change: first })
    expect(await ledger.changeOf(tellItem)).toBe(first)
    await ledger.replay({ id: seat, generation: null, by: 'ops', perSecond: 10 })
    expect(await ledger.readItem(seat)).toMatchObject({ status: 'due', change: first })
    expect(await ledger.changeOf(orderItem)).toBe(first)
  })

  it('gives way to the next, and to what is about no change of an order', async () => {
    await ledger.applySnapshot(offer(), first)
    const seat = await seatId()
    await ledger.noteHint(ref, 'tie', undefined, second)
    await ledger.applyReading(await ledger.numberRead(ref), changed(1, 0))
    expect(await ledger.changeOf(`seat-${seat}`)).toBe(second)
    await settle(`seat-${seat}`)
    await ledger.bumpSeats([seat], 'drift')
    expect(await ledger.changeOf(`seat-${seat}`)).toBeNull()
  })

  it('goes with the claims of a seat to the one that it joins', async () => {
    const other = anOrder({ order: OrderId.parse('1002'), learner: EmailAddress.parse('countess@example.org') })
    await ledger.applySnapshot(offer(), first)
    await ledger.applySnapshot(anOffer(other), second)
    const account = { id: 7, username: Username.parse('ada') }
    const [theOther] = (await ledger.orderView(other))?.seats ?? []
    const survivor = await seatId()
    await ledger.bindAccount(survivor, account)
    if (theOther !== undefined) await ledger.bindAccount(theOther, account)
    expect(await ledger.changeOf(`seat-${survivor}`)).toBe(second)
  })

  it('is unknown of news that brought none, and of what an earlier release stored', async () => {
    await ledger.applySnapshot(offer())
    expect(await ledger.readItem(`seat-${await seatId()}`)).toMatchObject({ change: null })
    expect(await ledger.changeOf('seat-nobody')).toBeNull()
  })
})
