import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { addressOf, courseKey } from './campus.ts'
import { refOf, startManyShops, type ManyShops, type ShopName } from './many-shops.fixture.ts'
import { until } from './until.ts'

jest.setTimeout(120_000)

let site: ManyShops

beforeAll(async () => {
  site = await startManyShops()
})
afterAll(() => site.close())

const dayMs = 86_400_000

/** What an LMS holds: the mode of an active row, or `nothing`. */
function held(at: 'east' | 'west', learner: string, run: string): string {
  const row = site.campuses[at].row(learner, courseKey(run))
  return row?.isActive === true ? row.mode : 'nothing'
}

const untilHeld = (at: 'east' | 'west', learner: string, run: string, mode: string) =>
  until(`${learner} holds ${mode} in ${run} at ${at}`, () => held(at, learner, run) === mode)

/** A registered learner buys one thing; the shop says so. */
async function buy(shop: ShopName, learner: string, product: number): Promise<number> {
  const order = site.shops[shop].placeOrder({ email: addressOf(learner), lines: [{ product }] })
  await site.shops[shop].deliver()
  return order
}

async function refundAll(shop: ShopName, order: number): Promise<void> {
  site.shops[shop].refund(order, { amount: site.shops[shop].order(order).total })
  await site.shops[shop].deliver()
}

describe('several shops and several LMSs in one deployment', () => {
  let bundle: number
  let course: number
  beforeAll(() => {
    bundle = site.shops.books.addProduct({ name: 'Computing and art', sku: 'BUNDLE' })
    course = site.shops.books.addProduct({ name: 'Computer Science', sku: courseKey('CS101') })
  })

  it('give and take the courses of one order on two LMSs', async () => {
    site.register('ada')
    const order = await buy('books', 'ada', bundle)
    await untilHeld('east', 'ada', 'CS101', 'verified')
    await untilHeld('west', 'ada', 'ART', 'audit')
    const enrolled = [`1 × ${courseKey('ART')} (audit): enrolled`, `1 × ${courseKey('CS101')} (verified): enrolled`]
    await until('the shop is told of both', async () => {
      const note = (await site.notes('books', order)).at(0) ?? ''
      return enrolled.every((line) => note.includes(line))
    })
    await refundAll('books', order)
    await untilHeld('east', 'ada', 'CS101', 'nothing')
    await untilHeld('west', 'ada', 'ART', 'nothing')
    expect(held('west', 'ada', 'CS101')).toBe('nothing')
    expect(held('east', 'ada', 'ART')).toBe('nothing')
  })

  it('keep a seat that two shops sold until both have refunded it', async () => {
    site.register('grace')
    const byPost = site.shops.academy.addProduct({ name: 'Computer Science by post', sku: 'CS-BY-POST' })
    const one = await buy('books', 'grace', course)
    const other = await buy('academy', 'grace', byPost)
    await untilHeld('east', 'grace', 'CS101', 'verified')
    await until('both shops are told', async () => {
      const told = await Promise.all([site.notes('books', one), site.notes('academy', other)])
      return told.every((notes) => notes.some((note) => note.includes('enrolled')))
    })
    await refundAll('books', one)
    await until('the first shop is told that something else gives access', async () =>
      (await site.notes('books', one)).some((note) => note.includes('something else still gives access')),
    )
    expect(held('east', 'grace', 'CS101')).toBe('verified')
    await refundAll('academy', other)
    await untilHeld('east', 'grace', 'CS101', 'nothing')
    const ends = site.campuses.east.events.filter((event) => event.kind === 'deactivated' && event.username === 'grace')
    expect(ends).toHaveLength(1)
  })

  it('go on at one LMS while the other is down, and catch up by themselves', async () => {
    const heal = site.campuses.west.faults.add({ route: 'any', kind: 'status', status: 503 })
    site.register('edsger')
    site.register('barbara')
    await buy('books', 'edsger', bundle)
    await untilHeld('east', 'edsger', 'CS101', 'verified')
    await until(
      'the gate of the other LMS is shut',
      async () => (await site.ledger.gates.read('lms.west')).state !== 'open',
    )
    await buy('books', 'barbara', course)
    await untilHeld('east', 'barbara', 'CS101', 'verified')
    expect(held('west', 'edsger', 'ART')).toBe('nothing')
    heal()
    await untilHeld('west', 'edsger', 'ART', 'audit')
    expect(await site.ledger.dead()).toEqual([])
  })
})

describe('what products and lines say themselves', () => {
  it('names the course by the product and the mode by its variation', async () => {
    const { academy } = site.shops
    const bread = { _course_id: courseKey('BREAD') }
    const product = academy.addProduct({ name: 'Baking', sku: 'BAKING', meta: bread })
    const graded = {
      variationOf: product,
      sku: 'BAKING-GRADED',
      meta: { _mode: 'verified' },
      attributes: { track: 'Graded' },
    }
    const variation = academy.addProduct({ name: 'Baking', ...graded })
    site.register('alan')
    site.register('joan')
    await buy('academy', 'alan', variation)
    await buy('academy', 'joan', product)
    await untilHeld('west', 'alan', 'BREAD', 'verified')
    await untilHeld('west', 'joan', 'BREAD', 'audit')
    expect([held('east', 'alan', 'BREAD'), held('east', 'joan', 'BREAD')]).toEqual(['nothing', 'nothing'])
  })

  it('names two learners of three units, and leaves one seat open', async () => {
    const product = site.shops.academy.addProduct({ name: 'Art', sku: courseKey('ART') })
    for (const learner of ['mary', 'anne', 'boss']) site.register(learner)
    const meta = { learners: `${addressOf('mary')}, ${addressOf('anne')}` }
    const lines = [{ product, quantity: 3, meta }]
    const order = site.shops.academy.placeOrder({ email: addressOf('boss'), lines })
    await site.shops.academy.deliver()
    await untilHeld('west', 'mary', 'ART', 'audit')
    await untilHeld('west', 'anne', 'ART', 'audit')
    const line = String(site.shops.academy.order(order).line_items[0]?.id)
    const open = (await site.ledger.orderView(refOf('academy', order)))?.open
    expect(open).toEqual([['academy', order, line, 3, 'west', courseKey('ART')].join('/')])
    expect(held('west', 'boss', 'ART')).toBe('nothing')
  })
})

describe('what a shop does not say, or said before our time', () => {
  it('leaves an order from before the cut-over alone, though it is sent again and polled', async () => {
    const { academy } = site.shops
    const product = academy.addProduct({ name: 'Art of old', sku: courseKey('ART') })
    site.register('homer')
    const lines = [{ product }]
    let order = 0
    site.inThePast('academy', 2 * dayMs, () => {
      order = academy.placeOrder({ email: addressOf('homer'), lines })
    })
    await academy.deliver()
    academy.resend(order)
    await academy.deliver()
    await site.doChore('reconcile', 'academy')
    site.register('virgil')
    await buy('academy', 'virgil', product)
    await untilHeld('west', 'virgil', 'ART', 'audit')
    expect(held('west', 'homer', 'ART')).toBe('nothing')
    expect((await site.ledger.orderView(refOf('academy', order)))?.seats ?? []).toEqual([])
  })

  it('finds an order whose webhooks were all lost', async () => {
    const { books } = site.shops
    const product = books.addProduct({ name: 'Computer Science', sku: courseKey('BREAD') })
    site.register('kurt')
    books.faults.dropDeliveries(() => true)
    const order = await buy('books', 'kurt', product)
    books.faults.clear()
    expect(await site.ledger.orderView(refOf('books', order))).toBeUndefined()
    await site.doChore('reconcile', 'books')
    await untilHeld('east', 'kurt', 'BREAD', 'verified')
  })

  it('makes a disabled webhook active again, and finds what was lost meanwhile', async () => {
    const { books } = site.shops
    const product = books.addProduct({ name: 'Art', sku: courseKey('ART') })
    const states = () => books.webhooks().map(({ status }) => status)
    for (const { id } of books.webhooks()) await books.editWebhook(id, { status: 'disabled' })
    site.register('emmy')
    await buy('books', 'emmy', product)
    expect(new Set(states())).toEqual(new Set(['disabled']))
    await site.doChore('watch', 'books')
    expect(new Set(states())).toEqual(new Set(['active']))
    await untilHeld('east', 'emmy', 'ART', 'verified')
  })

  it('comes to rest with nothing dead and nothing lost', async () => {
    await until('nothing is due', async () => (await site.ledger.conservation()).due === 0)
    expect(await site.ledger.dead()).toEqual([])
  })
})
