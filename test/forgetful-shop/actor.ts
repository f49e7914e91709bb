import type { Random } from '../faults/random.ts'
import type { Healing } from './healing.ts'
import type { ForgetfulShop } from './scene.ts'
import type { StoryCounts } from './story.ts'

/** Shoppers and staff. */
export interface Actor {
  readonly sold: number
  sell(): void
  readonly changed: number
  /** Changes an order in one of some ways, unless none is left. */
  change(): Promise<void>
  /** Cancels so many orders within one second, or all there are; gives their number. */
  cancelInBulk(count: number): number
}

export interface ActorParts {
  /** Told of everything that should arrive at the LMS. */
  readonly healing: Healing
  readonly random: Random
  readonly counts: Pick<StoryCounts, 'refunds' | 'secondChanges' | 'shifted' | 'calls'>
}

/** Every order is changed once at most, except those whose refund is taken back. While the shop lists orders, some move. */
export function createActor(scene: ForgetfulShop, { healing, random, counts }: ActorParts): Actor {
  const { shop } = scene
  const fresh: number[] = []
  const refunds: { readonly order: number; readonly refund: number }[] = []
  let [sold, changed] = [0, 0]
  const note = (order: number, isIn: boolean, why: string) => healing.note(order, { isIn, why, nowMs: scene.nowMs() })
  const refund = (order: number) => {
    refunds.push({ order, refund: scene.refundCourse(order) })
    counts.refunds += 1
    note(order, false, 'refund')
  }
  const end = (why: string, how: (order: number) => void) => (order: number) => {
    how(order)
    note(order, false, why)
  }
  const cancel = end('cancellation', (order) => shop.setStatus(order, 'cancelled'))
  const changes: readonly [Change, ...Change[]] = [
    refund,
    cancel,
    end('trash', (order) => shop.trash(order)),
    (order) => shop.setStatus(order, 'completed'),
    async (order) => {
      shop.setStatus(order, 'completed')
      await shop.deliver()
      refund(order)
      counts.secondChanges += 1
    },
    () => {
      const [taken] = refunds.splice(0, 1)
      if (taken === undefined) return
      shop.deleteRefund(taken.order, taken.refund)
      note(taken.order, true, 'deleted refund')
    },
  ]
  const moveOne = () => {
    const moved = fresh[random.between(0, fresh.length)]
    if (moved === undefined) return
    shop.resend(moved)
    counts.shifted += 1
  }
  const whileCalled = ({ method, path }: { readonly method: string; readonly path: string }) => {
    counts.calls += 1
    if (method === 'GET' && path === '/orders') moveOne()
  }
  shop.faults.rest({ kind: 'hook', run: whileCalled })
  const takeOne = () => fresh.splice(random.between(0, fresh.length - 1), 1)[0]
  return {
    get sold() {
      return sold
    },
    get changed() {
      return changed
    },
    sell: () => {
      const order = scene.buy()
      fresh.push(order)
      sold += 1
      note(order, true, 'sale')
    },
    change: async () => {
      const order = takeOne()
      changed += 1
      if (order !== undefined) await random.pick(changes)(order)
    },
    cancelInBulk: (count) => {
      const some = fresh.splice(0, count)
      for (const order of some) cancel(order)
      return some.length
    },
  }
}

type Change = (order: number) => void | Promise<void>
