import { itemId, OrderId, StoreId } from '@seatkeeper/core'
import { courseKey, storeName, type World } from './world.ts'
import { until } from './until.ts'

/** What a seat must be at the LMS when the demo ends. */
export interface Expectation {
  readonly order: number
  readonly learner: string
  readonly course: string
  /** The course mode, or null for no access. */
  readonly wanted: string | null
  /** When the order was paid, for the time to enrol; milliseconds since 1970. */
  readonly paidAtMs: number
}

/** Something that happens to a shop, played until the LMS agrees. */
export interface Scene {
  readonly title: string
  play(world: World): Promise<readonly Expectation[]>
}

const mode = 'verified'

/** The scenes in the order in which they are played; each has learners and orders of its own. */
export const scenes: readonly Scene[] = [
  {
    title: 'A guest pays for one course',
    play: async (world) => {
      const sale = buy(world, 'ada', [world.products.cs])
      await world.shop.deliver()
      return [await seated(world, expect(sale, 'CS101', mode))]
    },
  },
  {
    title: 'Two courses and a shirt in one order',
    play: async (world) => {
      const { cs, art, shirt } = world.products
      const sale = buy(world, 'grace', [cs, art, shirt])
      await world.shop.deliver()
      return [await seated(world, expect(sale, 'CS101', mode)), await seated(world, expect(sale, 'ART', mode))]
    },
  },
  {
    title: 'A virtual and downloadable course goes straight to completed',
    play: async (world) => {
      const sale = buy(world, 'alan', [world.products.logic])
      await world.shop.deliver()
      return [await seated(world, expect(sale, 'LOGIC', mode))]
    },
  },
  {
    title: 'The same webhook arrives five times',
    play: async (world) => {
      const sale = buy(world, 'edsger', [world.products.cs])
      await world.shop.deliver()
      const delivery = captured(world, sale.order)
      for (let copy = 0; copy < 4; copy += 1) await world.shop.redeliver(delivery)
      return [await seated(world, expect(sale, 'CS101', mode))]
    },
  },
  {
    title: 'A paid order is refunded',
    play: async (world) => {
      const sale = buy(world, 'barbara', [world.products.art])
      await world.shop.deliver()
      await seated(world, expect(sale, 'ART', mode))
      await refund(world, sale.order)
      return [await seated(world, expect(sale, 'ART', null))]
    },
  },
  {
    title: 'A refund overtakes its payment',
    play: async (world) => {
      world.shop.faults.dropDeliveries(() => true)
      const sale = buy(world, 'donald', [world.products.art])
      await world.shop.deliver()
      world.shop.faults.clear()
      const late = captured(world, sale.order)
      await refund(world, sale.order)
      await world.shop.redeliver(late)
      await atRest(world, sale.order)
      return [await seated(world, expect(sale, 'ART', null))]
    },
  },
  {
    title: 'A second order for the same seat, then a refund of the first: the seat stays',
    play: async (world) => {
      const first = buy(world, 'frances', [world.products.logic])
      await world.shop.deliver()
      await seated(world, expect(first, 'LOGIC', mode))
      const second = buy(world, 'frances', [world.products.logic])
      await world.shop.deliver()
      await refund(world, first.order)
      await atRest(world, first.order)
      return [await seated(world, expect(second, 'LOGIC', mode))]
    },
  },
  {
    title: 'A wrong course key becomes a dead letter, is corrected at the shop and replayed',
    play: async (world) => {
      const sale = buy(world, 'tony', [world.products.bread])
      await world.shop.deliver()
      const dead = await until('the seat is a dead letter', async () => (await world.system.ledger.dead())[0])
      world.shop.setSku(world.products.bread, courseKey('BREAD'))
      await world.system.replay({ filter: { items: [itemId(dead.item)] }, by: 'demo' })
      return [await seated(world, expect(sale, 'BREAD', mode))]
    },
  },
  {
    title: 'The LMS answers 503 for a while',
    play: async (world) => {
      const heal = world.campus.faults.add({ route: 'any', kind: 'status', status: 503 })
      const sale = buy(world, 'margaret', [world.products.cs])
      await world.shop.deliver()
      await until('the gate of the LMS is shut', async () =>
        (await world.system.ledger.gates.read('lms.campus')).state === 'open' ? undefined : true,
      )
      heal()
      return [await seated(world, expect(sale, 'CS101', mode))]
    },
  },
]

/** A sale of which no webhook tells: reconcile finds it. Gives the order's number. */
export async function loseWebhook(world: World): Promise<number> {
  world.shop.faults.dropDeliveries(() => true)
  const { order } = buy(world, 'grace', [world.products.logic])
  await world.shop.deliver()
  world.shop.faults.clear()
  return order
}

interface Sale {
  readonly order: number
  readonly learner: string
  readonly paidAtMs: number
}

function buy({ shop }: World, learner: string, products: readonly number[]): Sale {
  const paidAtMs = Date.now()
  const order = shop.placeOrder({ email: `${learner}@example.org`, lines: products.map((product) => ({ product })) })
  return { order, learner, paidAtMs }
}

async function refund({ shop }: World, order: number): Promise<void> {
  shop.refund(order, { amount: shop.order(order).total })
  await shop.deliver()
}

function captured({ shop }: World, order: number) {
  const delivery = shop.captured(order)
  if (delivery === undefined) throw new Error(`the shop never sent order ${order}`)
  return delivery
}

function expect({ order, learner, paidAtMs }: Sale, run: string, wanted: string | null): Expectation {
  return { order, learner, paidAtMs, course: courseKey(run), wanted }
}

/** Waits until the LMS holds what is expected and nothing of it is still to be done. */
async function seated(world: World, expectation: Expectation): Promise<Expectation> {
  await until(`${expectation.learner} is as wanted in ${expectation.course}`, () =>
    isSeated(world, expectation) ? true : undefined,
  )
  await atRest(world, expectation.order)
  return expectation
}

/** Whether the LMS holds exactly what is expected of a seat. */
export function isSeated({ campus }: Pick<World, 'campus'>, { learner, course, wanted }: Expectation): boolean {
  const row = campus.row(learner, course)
  return wanted === null ? row?.isActive !== true : row?.isActive === true && row.mode === wanted
}

/** Waits until an order was read and all its seats are settled; telling the shop takes its own time. */
async function atRest({ system: { ledger } }: World, order: number): Promise<void> {
  const ref = { store: StoreId.parse(storeName), order: OrderId.parse(String(order)) }
  await until(`order ${order} is at rest`, async () => {
    const view = await ledger.orderView(ref)
    if (view?.itemStatus !== 'settled') return undefined
    const seats = await Promise.all(view.seats.map((seat) => ledger.itemStatus(`seat-${seat}`)))
    return seats.every((seat) => seat?.status === 'settled') ? true : undefined
  })
}
