import type { LmsSimulator, ShopSimulator } from '@seatkeeper/simulators'

/** Orders of which each is for another seat, so that each may be activated once and ended once. */
export interface Sales {
  /** Places the next order; gives its number. */
  next(): number
  /** Whether the LMS gives its learner the course. */
  isHeld(order: number): boolean
}

const learners = 400

/** Opens as many course runs as it takes to sell so many seats to learners with accounts. The shop has no webhooks then. */
export function openSales(
  { campus, shop }: { campus: LmsSimulator; shop: ShopSimulator },
  seatsForSale: number,
): Sales {
  const runs = Math.ceil(seatsForSale / learners)
  for (let index = 0; index < learners; index += 1) {
    campus.addUser({ username: `learner${index}`, email: `learner${index}@example.org` })
  }
  for (const { id } of shop.webhooks()) shop.deleteWebhook(id)
  const products = Array.from({ length: runs }, (_, run) => {
    campus.addCourse({ key: courseKeyOf(run), name: `Run ${run}`, modes: [{ slug: 'audit' }, { slug: 'verified' }] })
    return shop.addProduct({ name: `Run ${run}`, sku: courseKeyOf(run) })
  })
  const seats = new Map<number, { readonly learner: string; readonly run: number }>()
  return {
    next: () => {
      const seat = { learner: `learner${seats.size % learners}`, run: Math.floor(seats.size / learners) }
      const product = products[seat.run]
      if (product === undefined) throw new RangeError(`all seats of ${runs} course runs are sold`)
      const order = shop.placeOrder({ email: `${seat.learner}@example.org`, lines: [{ product }] })
      seats.set(order, seat)
      return order
    },
    isHeld: (order) => {
      const seat = seats.get(order)
      return seat !== undefined && campus.row(seat.learner, courseKeyOf(seat.run))?.isActive === true
    },
  }
}

function courseKeyOf(run: number): string {
  return `course-v1:FaultU+RUN${run}+2026`
}
