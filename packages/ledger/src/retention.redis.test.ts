import { describe, expect, it } from '@jest/globals'
import { isConserved, noEnrolment, OrderId, type KeptSince, type OrderSnapshot, type SeatId } from '@seatkeeper/core'
import { aLine, anOffer, anOrder, catalogue, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'

const at = useLedger()

const soon = Date.now() + 3_600_000
/** Everything that has happened is older than this. */
const everythingIsOld: KeptSince = { timelinesMs: soon, replaysMs: soon, ordersMs: soon, operatorLogMs: soon }
const nothingIsOld: KeptSince = { timelinesMs: 0, replaysMs: 0, ordersMs: 0, operatorLogMs: 0 }
const withdrawn = { access: 'withdrawn', status: 'refunded', modifiedAtMs: anOrder().modifiedAtMs + 5000 } as const

function order(number: number, some: Partial<OrderSnapshot> = {}): OrderSnapshot {
  return anOrder({ order: OrderId.parse(`${number}`), learner: emailOf(`l${number}@example.org`), ...some })
}

async function apply(snapshot: OrderSnapshot): Promise<SeatId | undefined> {
  await at.ledger.applyReading(await at.ledger.numberRead(snapshot), anOffer(snapshot))
  return (await at.ledger.orderView(snapshot))?.seats[0]
}

async function rest(seat: SeatId): Promise<void> {
  const { generation = 0 } = (await at.ledger.itemStatus(`seat-${seat}`)) ?? {}
  const lease = await at.ledger.lease(`seat-${seat}`, 5000)
  await at.ledger.settle(`seat-${seat}`, generation, { status: 'applied' }, lease!)
}

/** A seat that was sold, refunded, and ended. */
async function ended(number: number): Promise<SeatId> {
  const seat = await apply(order(number))
  await at.ledger.recordBaseline(seat!, noEnrolment)
  await apply(order(number, withdrawn))
  await at.ledger.recordApplied(seat!, { isActive: false, mode: catalogue.mode })
  await rest(seat!)
  return seat!
}

/** Two rounds: a seat goes once its orders are gone. */
async function purge(since = everythingIsOld): Promise<number> {
  let removed = 0
  let cursor: string | null = null
  for (let round = 0; round < 2;) {
    const purged = await at.ledger.purgeItems(cursor, 10, since)
    removed += purged.removed
    cursor = purged.next
    if (cursor === null) round += 1
  }
  expect(isConserved(await at.ledger.conservation())).toBe(true)
  return removed
}

describe('purgeItems', () => {
  it('removes a withdrawn order and its seat without a trace', async () => {
    await ended(1)
    expect(await purge()).toBe(2)
    expect(await at.ledger.conservation()).toEqual({ registered: 0, settled: 0, due: 0, waiting: 0, dead: 0 })
    const left = (await at.redis.keys(`${at.prefix}*`)).map((key) => key.slice(at.prefix.length))
    expect(left.toSorted()).toEqual(['agenda:lanes', 'braked:shop', 'search:courses', 'search:stores'])
  })

  it('leaves all that is not old enough', async () => {
    await ended(1)
    expect(await purge(nothingIsOld)).toBe(0)
    expect(await at.ledger.conservation()).toMatchObject({ registered: 2 })
  })

  it('never touches a live claim', async () => {
    const seat = await apply(order(1))
    await at.ledger.recordApplied(seat!, { isActive: true, mode: catalogue.mode })
    await rest(seat!)
    expect(await purge()).toBe(0)
    expect((await at.ledger.readSeat(seat!))?.claims).toMatchObject([{ access: 'granted' }])
    expect((await at.ledger.orderView(order(1)))?.seats).toEqual([seat])
  })

  it('leaves a seat to the order that still pays for it', async () => {
    const seat = await ended(1)
    await apply(order(2, { learner: emailOf('l1@example.org') }))
    await rest(seat)
    expect(await purge()).toBe(1)
    expect((await at.ledger.readSeat(seat))?.claims).toMatchObject([{ access: 'granted' }])
  })

  it.each([
    ['is due', async (seat: SeatId) => void (await at.ledger.endClaims(seat))],
    ['is dead', die],
    ['is being worked on', async (seat: SeatId) => void (await at.ledger.lease(`seat-${seat}`, 60_000))],
  ])('leaves a seat that %s, and its order', async (_, happens) => {
    const seat = await ended(1)
    await happens(seat)
    expect(await purge()).toBe(0)
    expect(await at.ledger.readSeat(seat)).toBeDefined()
  })

  it('leaves an order that is to be read', async () => {
    await ended(1)
    await at.ledger.noteHint(order(1), 'action')
    expect(await purge()).toBe(0)
  })

  it('leaves an order that has paid for seats which are nobody’s yet', async () => {
    await apply(order(1, { lines: [aLine({ quantity: 2 })] }))
    const [seat] = (await at.ledger.orderView(order(1)))!.seats
    await rest(seat!)
    await apply(order(2, { learner: null }))
    expect(await purge()).toBe(0)
  })

  it.each([
    ['an operator decided about', decide],
    ['is still enrolled', (seat: SeatId) => at.ledger.recordApplied(seat, { isActive: true, mode: catalogue.mode })],
    ['was invited', (seat: SeatId) => at.ledger.recordInvitation(seat, true)],
  ])('leaves a seat that %s', async (_, happens) => {
    const seat = await ended(1)
    await happens(seat)
    expect(await at.ledger.itemStatus(`seat-${seat}`)).toMatchObject({ status: 'settled' })
    expect(await purge()).toBe(1)
    expect(await at.ledger.readSeat(seat)).toBeDefined()
  })

  it('shortens timelines and the history of replays of what stays', async () => {
    const seat = await apply(order(1))
    await die(seat!)
    await at.ledger.replay({ id: `seat-${seat}`, generation: null, by: 'ops', perSecond: 20 })
    expect((await at.ledger.timeline(`seat-${seat}`)).length).toBeGreaterThan(0)
    expect(await purge()).toBe(0)
    expect(await at.ledger.timeline(`seat-${seat}`)).toEqual([])
    expect((await at.ledger.readItem(`seat-${seat}`))?.replays).toEqual([])
  })

  it('shortens the operator log', async () => {
    await at.ledger.recordAction({ by: 'ops', action: 'adopt', on: 'shop', detail: '' })
    await at.ledger.purgeOperatorLog(nothingIsOld)
    expect(await at.ledger.operatorActions({ sinceMs: 0, limit: 9 })).toHaveLength(1)
    await at.ledger.purgeOperatorLog(everythingIsOld)
    expect(await at.ledger.operatorActions({ sinceMs: 0, limit: 9 })).toEqual([])
  })
})

async function die(seat: SeatId): Promise<void> {
  await at.ledger.endClaims(seat)
  const { generation = 0 } = (await at.ledger.itemStatus(`seat-${seat}`)) ?? {}
  const backoff = { firstMs: 1, maxMs: 1, giveUpAfterMs: 1 }
  const filing = { id: `seat-${seat}`, generation, code: 'LMS_REQUEST_REFUSED', permanent: true, random: 0 } as const
  await at.ledger.fileFailure({ ...filing, backoff })
}

async function decide(seat: SeatId): Promise<void> {
  const { lms, course } = (await at.ledger.readSeat(seat))!
  const decision = { seat, access: 'denied', learner: null, by: 'ops', reason: 'a test' } as const
  await at.ledger.setOperatorClaim({ ...decision, item: { lms, course, mode: catalogue.mode } })
  await rest(seat)
}
