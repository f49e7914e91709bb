import { describe, expect, it } from '@jest/globals'
import { deletedHash, OrderId, readOrder, type Brake, type OrderSnapshot } from '@seatkeeper/core'
import { aLine, anOffer, anOrder, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'

const at = useLedger()

const brake: Brake = { seats: 20, percent: 5 }
const ended = { access: 'withdrawn', status: 'cancelled' } as const
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const aSale = (number: number, change: Partial<OrderSnapshot> = {}) =>
  anOrder({ order: OrderId.parse(String(number)), learner: emailOf(`ada+${number}@example.org`), ...change })

/** Applies what a read of the order with this number found. */
async function read(number: number, change: Partial<OrderSnapshot> = {}, within = brake) {
  const snapshot = aSale(number, change)
  const { result } = await at.ledger.applyReading(await at.ledger.numberRead(snapshot), {
    ...anOffer(snapshot),
    brake: within,
  })
  return result
}

async function readDeleted(number: number) {
  const { store, order } = aSale(number)
  return (await at.ledger.applyDeletion(await at.ledger.numberRead(aSale(number)), { store, order }, brake)).result
}

async function sell(count: number) {
  for (const number of upTo(count)) await read(number)
}

async function accessOf(number: number) {
  return [...(await at.ledger.claimsOf(aSale(number))).values()]
}

/** Reads orders one after the other as ended until one is held. @returns how many were applied. */
async function endUntilHeld(numbers: readonly number[]) {
  for (const [index, number] of numbers.entries()) if ((await read(number, ended)) === 'held') return index
  return numbers.length
}

/** The order's item comes up, dies of being held and is replayed. */
async function release(number: number) {
  const { wakeUps } = await at.ledger.noteHint(aSale(number), 'action')
  const filing = { id: `order-shop-${number}`, generation: wakeUps[0]!.generation, permanent: true, random: 0 }
  await at.ledger.fileFailure({ ...filing, code: 'ORDER_HELD', backoff: readOrder.backoff })
  await at.ledger.replay({ id: `order-shop-${number}`, generation: null, by: 'ops', perSecond: 20 })
}

/** Lets time pass for what was withdrawn so far. */
async function pass(ms: number) {
  const key = `${at.prefix}braked:shop`
  for (const claim of await at.redis.zrange(key, 0, '-1')) await at.redis.zincrby(key, -ms, claim)
}

describe('the brake', () => {
  it('holds the 21st withdrawal of an hour, changes nothing of that order and says so', async () => {
    await sell(30)
    expect(await endUntilHeld(upTo(30))).toBe(20)
    expect(await accessOf(20)).toEqual(['withdrawn'])
    expect(await accessOf(21)).toEqual(['granted'])
    const view = await at.ledger.orderView(aSale(21))
    expect(view).toMatchObject({ status: 'processing' })
    expect(view?.timeline.at(-1)).toMatchObject({ what: 'held', detail: 'would end 1' })
  })

  it('lets the share go where that is more', async () => {
    await sell(500)
    expect(await endUntilHeld(upTo(500))).toBe(25)
  })

  it('counts deletions and readings together', async () => {
    await sell(30)
    for (const number of upTo(19)) expect(await readDeleted(number)).toBe('applied')
    expect(await read(20, ended)).toBe('applied')
    expect(await readDeleted(21)).toBe('held')
    expect(await accessOf(21)).toEqual(['granted'])
  })

  it('holds one order that would end too many, and its vanished lines count', async () => {
    const line = aLine({ quantity: 21, learners: upTo(21).map((number) => emailOf(`grace+${number}@example.org`)) })
    await read(1, { lines: [line] })
    expect(await read(1, { lines: [] })).toBe('held')
    expect(await read(1, { lines: [{ ...line, refunded: 20 }] })).toBe('applied')
    expect((await accessOf(1)).filter((access) => access === 'withdrawn')).toHaveLength(20)
  })

  it('lets through what ends nothing, however many were ended', async () => {
    await sell(30)
    await endUntilHeld(upTo(30))
    expect(await read(21)).toBe('applied')
    expect(await read(31)).toBe('applied')
    expect(await read(1, ended)).toBe('applied')
    expect(await readDeleted(2)).toBe('applied')
  })

  it('gives the hour back', async () => {
    await sell(30)
    await endUntilHeld(upTo(30))
    await pass(59 * 60_000)
    expect(await read(21, ended)).toBe('held')
    await pass(2 * 60_000)
    expect(await read(21, ended)).toBe('applied')
  })

  it('does not count what is granted again', async () => {
    await sell(30)
    await endUntilHeld(upTo(30))
    await read(1)
    expect(await read(21, ended)).toBe('applied')
    expect(await read(22, ended)).toBe('held')
  })

  it('lets one replayed order through, once', async () => {
    await sell(30)
    await endUntilHeld(upTo(30))
    await release(21)
    expect(await read(22, ended)).toBe('held')
    expect(await read(21, ended)).toBe('applied')
    await read(21)
    expect(await read(21, ended)).toBe('held')
  })

  it('is not passed by replaying what died of something else', async () => {
    await sell(30)
    await endUntilHeld(upTo(30))
    await at.ledger.noteHint(aSale(21), 'action')
    const filing = { id: 'order-shop-21', generation: 1, permanent: true, random: 0, backoff: readOrder.backoff }
    await at.ledger.fileFailure({ ...filing, code: 'STORE_ANSWER_UNREADABLE' })
    await at.ledger.replay({ id: 'order-shop-21', generation: null, by: 'ops', perSecond: 20 })
    expect(await read(21, ended)).toBe('held')
  })

  it('holds a deletion that reconcile doubts, however few were ended, until it is replayed', async () => {
    await sell(2)
    const doubted = { order: aSale(1).order, hash: deletedHash, modifiedAtMs: 0, isDoubted: true }
    await at.ledger.bumpAtRest(aSale(1).store, [doubted])
    expect(await readDeleted(1)).toBe('held')
    expect(await accessOf(1)).toEqual(['granted'])
    await release(1)
    expect(await readDeleted(1)).toBe('applied')
    expect(await accessOf(1)).toEqual(['withdrawn'])
  })

  it('doubts a deletion no longer once the order was seen again', async () => {
    await sell(1)
    const doubted = { order: aSale(1).order, hash: deletedHash, modifiedAtMs: 0, isDoubted: true }
    await at.ledger.bumpAtRest(aSale(1).store, [doubted])
    expect(await readDeleted(1)).toBe('held')
    await read(1)
    expect(await readDeleted(1)).toBe('applied')
  })

  it('leaves snapshots that came by themselves alone', async () => {
    await sell(30)
    await endUntilHeld(upTo(30))
    const snapshot = aSale(21, { ...ended, modifiedAtMs: anOrder().modifiedAtMs + 1000 })
    expect((await at.ledger.applySnapshot({ ...anOffer(snapshot), brake })).result).toBe('applied')
  })
})
