import { expect } from '@jest/globals'
import {
  itemId,
  laneOf,
  OrderId,
  planSeats,
  toFailure,
  type FailureCode,
  type News,
  type OrderSnapshot,
  type StorePolicy,
  type WakeUp,
} from '@seatkeeper/core'
import { anOrder, catalogue, noBrake } from '@seatkeeper/core/fixture'
import type { RedisLedger } from '@seatkeeper/ledger'
import { acceptNews } from './accept-news.ts'
import { createListingShop, numbered, type ListingShop } from './listing-shop.fixture.ts'
import { offerOf } from './offer.ts'
import { readOrder } from './read-order.ts'
import { reconcile, type Reconciled } from './reconcile.ts'

const { store } = anOrder()
export const chore = { kind: 'chore', chore: 'reconcile', of: store } as const
export const everyMs = 300_000

export const refOf = (order: number | string) => ({ store, order: OrderId.parse(String(order)) })
export const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const orderItem = (order: number) => itemId({ kind: 'order', ...refOf(order) })
const context = () => ({ signal: AbortSignal.timeout(10_000) })

interface Parts {
  ledger: RedisLedger
  policy: StorePolicy
  woken: WakeUp[]
  readonly failures: FailureCode[]
  readonly shop: ListingShop
}

export type ReconcileScene = Awaited<ReturnType<typeof createReconcileScene>>

/** A shop that sends nothing, the chore that looks at it, and the `orders` role. */
export async function createReconcileScene(ledger: RedisLedger) {
  await ledger.ensureChore(chore, laneOf.chores(store))
  const policy: StorePolicy = { catalogue, tells: false, sinceMs: null, brake: noBrake }
  const scene: Parts = { ledger, policy, woken: [], failures: [], shop: createListingShop() }
  return Object.assign(scene, {
    wake: wakeOf(scene),
    accept: (news: News) => accept(scene, news),
    round: (roundMs = 10_000) => round(scene, roundMs),
    /** What the `orders` role does: reads every order that is due until none is, and files what fails. */
    readAll: () => readAll(scene),
    die: (order: number, code: FailureCode) => die(scene, order, code),
    claimsOf: async (order: number) => [...(await scene.ledger.claimsOf(refOf(order))).values()],
    statusOf: (order: number) => statusOf(scene, order),
    /** The shop has the order and we know it. */
    sell: (order: number, change?: Partial<OrderSnapshot>) => sell(scene, order, change),
    /** Dead because it names nobody. */
    aDeadOrder: () => aDeadOrder(scene),
    /** The polls are past all orders sold so far. */
    forgetPoll: () => forgetPoll(scene),
  })
}

function wakeOf(scene: Parts) {
  return (wakeUps: readonly WakeUp[]) => Promise.resolve(void scene.woken.push(...wakeUps))
}

function accept(scene: Parts, news: News) {
  const { ledger, policy } = scene
  return acceptNews({ ledger, policyOf: () => policy, wake: wakeOf(scene), onWakeFailed: () => undefined })(news)
}

async function round(scene: Parts, roundMs: number): Promise<Reconciled> {
  const rounds: Reconciled[] = []
  const run = reconcile({
    ledger: scene.ledger,
    store: scene.shop,
    catalogue: scene.policy.catalogue,
    accept: (news) => accept(scene, news),
    wake: wakeOf(scene),
    sinceMs: null,
    everyMs,
    roundMs,
    onRound: (one) => void rounds.push(one),
    onFailure: ({ code }) => void scene.failures.push(code),
  })
  await run({ v: 1, chore: 'reconcile', of: store, generation: 1 }, context())
  expect(rounds).toHaveLength(1)
  return rounds[0]!
}

async function readAll(scene: Parts) {
  const { ledger, shop, policy } = scene
  const read = readOrder({ ledger, store: shop, policy, wake: wakeOf(scene) })
  for (;;) {
    const due = scene.woken.filter(({ item }) => item.kind === 'order')
    scene.woken = []
    if (due.length === 0) return
    for (const { item, generation } of due) {
      if (item.kind !== 'order') continue
      const reading = read({ v: 1, ...refOf(item.order), generation }, context())
      await reading.catch((error: unknown) => fail(ledger, itemId(item), generation, toFailure(error).code))
    }
  }
}

async function fail(ledger: RedisLedger, id: string, generation: number, code: FailureCode) {
  const backoff = { firstMs: 1, maxMs: 1, giveUpAfterMs: 1 }
  await ledger.fileFailure({ id, generation, code, permanent: true, backoff, random: 0 })
}

async function die(scene: Parts, order: number, code: FailureCode) {
  const id = orderItem(order)
  await fail(scene.ledger, id, (await scene.ledger.itemStatus(id))?.generation ?? 0, code)
  scene.woken = []
}

async function statusOf({ ledger }: Parts, order: number) {
  return (await ledger.itemStatus(orderItem(order)))?.status
}

async function sell({ ledger, policy, shop }: Parts, order: number, change: Partial<OrderSnapshot> = {}) {
  shop.put(numbered(order, 0, change))
  const snapshot = shop.get(order)
  const offer = offerOf(snapshot, planSeats(snapshot, { catalogue }), policy)
  await ledger.applyReading(await ledger.numberRead(snapshot), offer)
}

async function aDeadOrder(scene: Parts) {
  scene.shop.put(numbered(1, 0, { learner: null }))
  await accept(scene, { kind: 'hint', ...refOf(1), reason: 'action' })
  await readAll(scene)
  expect(await statusOf(scene, 1)).toBe('dead')
}

async function forgetPoll({ ledger }: Parts) {
  for (const list of ['orders', 'trash']) await ledger.writeCursor(`poll-${store}-${list}`, String(Date.now()))
}
