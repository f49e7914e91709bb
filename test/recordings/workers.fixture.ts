import {
  enrollSeat,
  itemId,
  toFailure,
  type Item,
  type LmsId,
  type OrderId,
  type Outcome,
  type SeatId,
  type StoreId,
} from '@seatkeeper/core'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { readOrder, settleSeat, tellShop, type ReadOrderParts } from '@seatkeeper/fulfilment'
import type { RedisLedger } from '@seatkeeper/ledger'
import { createOpenedx, LmsConfig } from '@seatkeeper/openedx'
import { createWooStore, policyOf, type StoreConfig } from '@seatkeeper/woocommerce'
import { client } from './campus.fixture.ts'

/** The workers' handlers for one shop and one LMS, and the orders and seats that they came to know. */
export interface Workers {
  readonly orders: Set<OrderId>
  readonly seats: ReadonlySet<SeatId>
  /** Works on what is due, orders first and what the shop is told last, until nothing is. */
  bringToRest(): Promise<void>
}

type Work = Exclude<Item, { kind: 'chore' }>
type Handle = (item: Work, generation: number) => Promise<Outcome>

/** @param lmsUrl where the one LMS of the store is. */
export function createWorkers(ledger: RedisLedger, config: StoreConfig, lmsUrl: string): Workers {
  const handle = createHandlers(ledger, config, lmsUrl)
  const { id: store, lms } = config
  const orders = new Set<OrderId>()
  const seats = new Set<SeatId>()
  const workAll = async (items: readonly Work[]): Promise<number> => {
    let worked = 0
    for (const item of items) worked += await workOn(item, ledger, handle)
    return worked
  }
  const round = async (): Promise<number> => {
    const read = await workAll([...orders].map((order) => ({ kind: 'order', store, order })))
    for (const order of orders) {
      for (const seat of (await ledger.orderView({ store, order }))?.seats ?? []) seats.add(seat)
    }
    const settled = await workAll([...seats].map((seat) => ({ kind: 'seat', lms, seat })))
    return read + settled + (await workAll([...orders].map((order) => ({ kind: 'tell', store, order }))))
  }
  const bringToRest = async () => {
    for (let rounds = 1; (await round()) > 0; rounds += 1) {
      if (rounds > 20) throw new Error('what is due is due again in every round')
    }
  }
  return { orders, seats, bringToRest }
}

function createHandlers(ledger: RedisLedger, config: StoreConfig, url: string): Handle {
  const { id: store, lms }: { readonly id: StoreId; readonly lms: LmsId } = config
  const policy = LmsConfig.parse({ id: lms, url, ...client })
  const parts = { ledger, wake, policy: policyOf(config), store: createWooStore(config) }
  const writeBack = { ...config.writeBack, failedStatus: config.writeBack.failedStatus ?? null }
  const read = readOrder(parts)
  const tell = tellShop({ ...parts, writeBack, onRefundOvertaken: overtaken })
  const patience = { firstLookMs: 30_000, maxLookMs: 3_600_000, patienceMs: 86_400_000 }
  const settle = settleSeat({
    ledger,
    wake,
    patience,
    policy,
    lms: createOpenedx(policy, { tokens: (clientId) => ledger.tokens(lms, clientId), budget: unlimitedCalls }),
  })
  return (item, generation) => {
    const context = { signal: AbortSignal.timeout(20_000) }
    if (item.kind === 'seat') return settle({ v: 1, lms, seat: item.seat, generation }, context)
    const job = { v: 1, store, order: item.order, generation } as const
    return item.kind === 'order' ? read(job, context) : tell(job, context)
  }
}

/** 1 if the item was due, else 0. A failure for good is filed, as the queue does; any other fails the test. */
async function workOn(item: Work, ledger: RedisLedger, handle: Handle): Promise<number> {
  const id = itemId(item)
  const found = await ledger.itemStatus(id)
  if (found?.status !== 'due') return 0
  await handle(item, found.generation).catch(async (error: unknown) => {
    const { verdict, code } = toFailure(error)
    if (verdict !== 'permanent') throw error
    const { generation } = found
    await ledger.fileFailure({ id, generation, code, permanent: true, backoff: enrollSeat.backoff, random: 0 })
  })
  return 1
}

/** What is due is looked up in the ledger, so nobody has to be woken. */
const wake: ReadOrderParts['wake'] = () => Promise.resolve()

function overtaken(): never {
  throw new Error('no refund was recorded between a reading and a change of status')
}
