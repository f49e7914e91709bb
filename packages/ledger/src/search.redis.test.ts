import { CourseKey, LmsId, OrderId, planSeats, StoreId, Username, type EmailAddress } from '@seatkeeper/core'
import { aLine, anOffer, anOrder, catalogue, emailOf } from '@seatkeeper/core/fixture'
import { describe, expect, it } from '@jest/globals'
import { useLedger } from './fixture.ts'

const at = useLedger()

const ada = emailOf('ada@example.org')

/** Sells one course run. @returns the seat. */
async function sell(order: string, learner: EmailAddress, sku: string) {
  const snapshot = anOrder({ order: OrderId.parse(order), learner, lines: [aLine({ sku })] })
  const read = await at.ledger.numberRead(snapshot)
  await at.ledger.applyReading(read, { ...anOffer(snapshot), plan: planSeats(snapshot, { catalogue }) })
  const [seat] = (await at.ledger.orderView(snapshot))?.seats ?? []
  if (seat === undefined) throw new Error('the order has no seat')
  return seat
}

describe('seatsOfAddress', () => {
  it('finds every seat that was made for an address', async () => {
    const [cs, art] = [
      await sell('1', ada, 'course-v1:DemoU+CS101+2026'),
      await sell('2', ada, 'course-v1:DemoU+ART+2026'),
    ]
    await sell('3', emailOf('grace@example.org'), 'course-v1:DemoU+ART+2026')
    expect((await at.ledger.seatsOfAddress(ada, 10)).toSorted()).toEqual([cs, art].toSorted())
    expect(await at.ledger.seatsOfAddress(ada, 1)).toHaveLength(1)
    expect(await at.ledger.seatsOfAddress(emailOf('nobody@example.org'), 10)).toEqual([])
  })

  it('still finds a seat whose account is known', async () => {
    const seat = await sell('1', ada, 'course-v1:DemoU+CS101+2026')
    await at.ledger.bindAccount(seat, { id: 7, username: Username.parse('ada') })
    expect(await at.ledger.seatsOfAddress(ada, 10)).toEqual([seat])
  })

  it('keeps no address in the name of a key', async () => {
    await sell('1', ada, 'course-v1:DemoU+CS101+2026')
    expect((await at.redis.keys('*')).filter((key) => key.includes('ada'))).toEqual([])
  })
})

describe('stores', () => {
  it('names stores by their orders, and by what else is done for them', async () => {
    await sell('1', ada, 'course-v1:DemoU+CS101+2026')
    await at.ledger.ensureChore({ kind: 'chore', chore: 'reconcile', of: StoreId.parse('bookshop') }, 'chores.bookshop')
    expect(await at.ledger.stores()).toEqual(['bookshop', 'shop'])
  })
})

describe('soldCourses', () => {
  it('finds course runs by a part of their key, with how many seats they have', async () => {
    await sell('1', ada, 'course-v1:DemoU+CS101+2026')
    await sell('2', emailOf('grace@example.org'), 'course-v1:DemoU+CS101+2026')
    await sell('3', ada, 'course-v1:DemoU+ART+2026')
    expect(await at.ledger.soldCourses('cs10')).toEqual([
      { lms: 'campus', course: 'course-v1:DemoU+CS101+2026', seats: 2 },
    ])
    expect(await at.ledger.soldCourses('demou')).toHaveLength(2)
    expect(await at.ledger.soldCourses('physics')).toEqual([])
  })
})

describe('seatsOfCourse', () => {
  it('gives seats of one course run', async () => {
    const seat = await sell('1', ada, 'course-v1:DemoU+CS101+2026')
    await sell('2', ada, 'course-v1:DemoU+ART+2026')
    const course = CourseKey.parse('course-v1:DemoU+CS101+2026')
    expect(await at.ledger.seatsOfCourse(LmsId.parse('campus'), course, 10)).toEqual([seat])
  })
})

/** An order of two units, of which so many are somebody's. */
function twoUnits(order: string, learners: readonly EmailAddress[], modifiedAtMs = 1_790_000_000_000) {
  return anOrder({ order: OrderId.parse(order), modifiedAtMs, lines: [aLine({ quantity: 2, learners })] })
}

async function readAs(snapshot: ReturnType<typeof twoUnits>) {
  await at.ledger.applyReading(await at.ledger.numberRead(snapshot), anOffer(snapshot))
}

const grace = emailOf('grace@example.org')

describe('openOrders', () => {
  it('gives orders with units that are nobody’s, those longest so first, and no other', async () => {
    await sell('1', ada, 'course-v1:DemoU+CS101+2026')
    await readAs(twoUnits('2', [ada], 1_790_000_100_000))
    await readAs(twoUnits('3', []))
    expect(await at.ledger.openOrders(10)).toEqual([
      { store: 'shop', order: '3', units: 1, sinceMs: 1_790_000_000_000 },
      { store: 'shop', order: '2', units: 1, sinceMs: 1_790_000_100_000 },
    ])
    expect(await at.ledger.openOrders(1)).toHaveLength(1)
    expect(await at.ledger.countOpenOrders()).toBe(2)
  })

  it('keeps since when it is so, and lets go what became somebody’s', async () => {
    await readAs(twoUnits('2', [ada]))
    await readAs({ ...twoUnits('2', [ada], 1_790_000_200_000), status: 'completed' })
    expect(await at.ledger.openOrders(10)).toMatchObject([{ sinceMs: 1_790_000_000_000 }])
    await readAs(twoUnits('2', [ada, grace], 1_790_000_300_000))
    expect(await at.ledger.countOpenOrders()).toBe(0)
  })

  it('lets go an order that its shop deleted, whose units nobody paid any more', async () => {
    const order = twoUnits('2', [ada])
    await readAs(order)
    await at.ledger.applyDeletion(await at.ledger.numberRead(order), order, { seats: 0, percent: 100 })
    expect(await at.ledger.openOrders(10)).toEqual([])
    expect((await at.ledger.orderView(order))?.open).toEqual([])
  })

  it('is made again from the orders, in turns', async () => {
    for (let order = 1; order <= 40; order += 1)
      await readAs(twoUnits(String(order), order % 2 === 0 ? [ada, grace] : [ada]))
    const before = await at.ledger.openOrders(100)
    expect(before).toHaveLength(20)
    await at.redis.del(await at.redis.keys(`${at.prefix}search:*`))
    let turns = 1
    while (!(await at.ledger.growSearchIndex(10))) turns += 1
    expect(turns).toBeGreaterThan(1)
    expect((await at.ledger.openOrders(100)).toSorted(byNumber)).toEqual(before.toSorted(byNumber))
  })
})

function byNumber(one: { readonly order: string }, other: { readonly order: string }): number {
  return Number(one.order) - Number(other.order)
}

describe('growSearchIndex', () => {
  it('makes the index again from the seats, in turns', async () => {
    const seats = []
    for (let order = 1; order <= 40; order += 1)
      seats.push(await sell(String(order), emailOf(`learner${order}@example.org`), 'course-v1:DemoU+CS101+2026'))
    await at.redis.del(await at.redis.keys(`${at.prefix}search:*`))
    expect(await at.ledger.soldCourses('')).toEqual([])
    let turns = 1
    while (!(await at.ledger.growSearchIndex(10))) turns += 1
    expect(turns).toBeGreaterThan(1)
    expect(await at.ledger.seatsOfAddress(emailOf('learner17@example.org'), 10)).toEqual([seats[16]])
    expect(await at.ledger.soldCourses('')).toMatchObject([{ seats: 40 }])
    expect(await at.ledger.growSearchIndex(10)).toBe(true)
  })
})
