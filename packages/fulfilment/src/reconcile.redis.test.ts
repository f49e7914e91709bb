import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  itemId,
  laneOf,
  LineId,
  OrderId,
  planSeats,
  toFailure,
  type JobFailure,
  type StorePolicy,
  type WakeUp,
} from '@seatkeeper/core'
import { aLine, anOrder, catalogue, emailOf, noBrake } from '@seatkeeper/core/fixture'
import type { RedisLedger } from '@seatkeeper/ledger'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { acceptNews, readOrder, reconcile, reconcileRange, replay, type Reconciled } from './index.ts'
import { createListingShop, numbered, type ListingShop } from './listing-shop.fixture.ts'
import { offerOf } from './offer.ts'

const { store } = anOrder()
const usual: StorePolicy = { catalogue, tells: false, sinceMs: null, brake: noBrake }
const chore = { kind: 'chore', chore: 'reconcile', of: store } as const
const everyMs = 300_000
const aDayMs = 86_400_000

const at = useLedger()
let policy = usual
let ledger: RedisLedger
let shop: ListingShop
let woken: WakeUp[] = []
let failures: string[] = []

beforeEach(async () => {
  ledger = at.ledger
  shop = createListingShop()
  woken = []
  failures = []
  policy = usual
  await ledger.ensureChore(chore, laneOf.chores(store))
})

const wake = (wakeUps: readonly WakeUp[]) => Promise.resolve(void woken.push(...wakeUps))
const accept = () => acceptNews({ ledger, policyOf: () => policy, wake, onWakeFailed: () => undefined })
const onFailure = ({ code }: JobFailure) => void failures.push(code)
const context = () => ({ signal: AbortSignal.timeout(10_000) })

async function round(roundMs = 10_000): Promise<Reconciled> {
  const rounds: Reconciled[] = []
  const onRound = (one: Reconciled) => void rounds.push(one)
  const parts = {
    ledger,
    store: shop,
    catalogue: policy.catalogue,
    accept: accept(),
    wake,
    sinceMs: null,
    everyMs,
    roundMs,
    onRound,
    onFailure,
  }
  const run = reconcile(parts)
  await run({ v: 1, chore: 'reconcile', of: store, generation: 1 }, context())
  expect(rounds).toHaveLength(1)
  return rounds[0]!
}

/** What the `orders` role does: reads every order that is due until none is, and files what fails. */
async function readAll() {
  const read = readOrder({ ledger, store: shop, policy, wake })
  for (;;) {
    const due = woken.filter(({ item }) => item.kind === 'order')
    woken = []
    if (due.length === 0) return
    for (const { item, generation } of due) {
      if (item.kind !== 'order') continue
      const reading = read({ v: 1, ...refOf(item.order), generation }, context())
      await reading.catch((error: unknown) => fail(itemId(item), generation, toFailure(error).code))
    }
  }
}

async function fail(id: string, generation: number, code: JobFailure['code']) {
  const backoff = { firstMs: 1, maxMs: 1, giveUpAfterMs: 1 }
  await ledger.fileFailure({ id, generation, code, permanent: true, backoff, random: 0 })
}

async function die(order: number, code: JobFailure['code']) {
  const id = itemId({ kind: 'order', ...refOf(order) })
  await fail(id, (await ledger.itemStatus(id))?.generation ?? 0, code)
  woken = []
}

const refOf = (order: number | string) => ({ store, order: OrderId.parse(String(order)) })
const claimsOf = async (order: number) => [...(await ledger.claimsOf(refOf(order))).values()]
const statusOf = async (order: number) => (await ledger.itemStatus(itemId({ kind: 'order', ...refOf(order) })))?.status
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** The shop has the order and we know it. */
async function sell(order: number, change: Parameters<typeof numbered>[2] = {}) {
  shop.put(numbered(order, 0, change))
  const snapshot = shop.get(order)
  const offer = offerOf(snapshot, planSeats(snapshot, { catalogue }), policy)
  await ledger.applyReading(await ledger.numberRead(snapshot), offer)
}

/** Dead because it names nobody. */
async function aDeadOrder() {
  shop.put(numbered(1, 0, { learner: null }))
  await accept()({ kind: 'hint', ...refOf(1), reason: 'action' })
  await readAll()
  expect(await statusOf(1)).toBe('dead')
}

/** Dead because its line, of that product, names a course that cannot be. */
async function sellTypo(order: number, product = '11') {
  shop.put(numbered(order, 0, { lines: [aLine({ sku: 'course-v1:typo', product })] }))
  await accept()({ kind: 'hint', ...refOf(order), reason: 'action' })
  await readAll()
  expect(await ledger.readItem(`order-shop-${order}`)).toMatchObject({ failure: { code: 'ORDER_LINE_UNKNOWN' } })
}

/** The shop has lost so many orders that were sold, and it is time to compare them. @returns them. */
async function loseAll(count: number) {
  for (const order of numbers(count)) await sell(order)
  await forgetPoll()
  const before = numbers(count).map((order) => shop.get(order))
  for (const order of numbers(count)) shop.remove(order)
  await passSince(aDayMs + 60_000)
  return before
}

/** The polls are past all orders sold so far. */
async function forgetPoll() {
  for (const list of ['orders', 'trash']) await ledger.writeCursor(`poll-${store}-${list}`, String(Date.now()))
}

/** All that Redis holds of this test. */
async function dump(): Promise<Record<string, unknown>> {
  const keys = (await at.redis.keys(`${at.prefix}*`)).toSorted()
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await at.redis.dumpBuffer(key)] as const)))
}

/** 1 is right, 2 was never heard of, 3 was refunded, 4 is in the trash, 5 names nobody. */
async function aShop() {
  for (const order of [1, 3, 4]) await sell(order)
  shop.put(numbered(2, 2))
  shop.put(numbered(3, 3, { refunds: ['73'], lines: [aLine({ refunded: 1 })] }))
  shop.put(numbered(4, 4, { status: 'trash', access: 'withdrawn' }))
  shop.put(numbered(5, 5, { learner: null }))
}

/** As if so much time had passed since the orders were compared with the shop. */
async function passSince(ms: number) {
  const key = `${at.prefix}unread:${store}`
  for (const order of await at.redis.zrange(key, '0', '-1')) await at.redis.zincrby(key, -ms, order)
}

describe('reconcile', () => {
  it('finds orders that no webhook told of, and waits for the next round', async () => {
    for (const order of numbers(12)) shop.put(numbered(order, order))
    shop.put(numbered(13, 13, { refunds: ['71'], lines: [aLine({ refunded: 1 })] }))
    expect(await round()).toMatchObject({ polled: 13, applied: 12, bumped: 1, isDone: true })
    await readAll()
    expect(await claimsOf(7)).toEqual(['granted'])
    expect(await claimsOf(13)).toEqual([])
    const item = await ledger.readItem(itemId(chore))
    expect(item).toMatchObject({ status: 'waiting', waitReason: 'scheduled' })
    expect((item?.dueAtMs ?? 0) - (await ledger.nowMs())).toBeGreaterThan(everyMs - 10_000)
  })

  it('does nothing about what is known', async () => {
    for (const order of numbers(7)) shop.put(numbered(order, order))
    await round()
    woken = []
    expect(await round()).toMatchObject({ applied: 0, bumped: 0 })
    expect(woken).toEqual([])
  })

  it('leaves out no order when orders move while it pages', async () => {
    for (const order of numbers(12)) shop.put(numbered(order, order))
    shop.beforeSecondPage(() => {
      for (const order of [1, 2, 3, 6]) shop.put(numbered(order, 30 + order, { status: 'completed' }))
    })
    await round()
    expect(await Promise.all(numbers(12).map(claimsOf))).toEqual(numbers(12).map(() => ['granted']))
    expect(await ledger.orderView(refOf(6))).toMatchObject({ status: 'completed' })
  })

  it('gets past a second that holds more orders than a page', async () => {
    for (const order of numbers(13)) shop.put(numbered(order, 5))
    shop.put(numbered(14, 6))
    expect(await round()).toMatchObject({ polled: 14, applied: 14 })
    expect(shop.pages.length).toBeLessThan(8)
  })

  it('sees a second change within one second', async () => {
    shop.put(numbered(1, 1, { refunds: ['71'] }))
    await round()
    await readAll()
    shop.put(numbered(1, 1, { refunds: ['71'], lines: [aLine({ refunded: 1 })] }))
    await round()
    await readAll()
    expect(await claimsOf(1)).toEqual(['withdrawn'])
  })

  it('reads a quiet shop’s last order twice and no more', async () => {
    shop.put(numbered(1, 1, { refunds: ['71'] }))
    for (const _ of numbers(5)) {
      await round()
      await readAll()
    }
    expect(shop.read).toHaveLength(2)
  })

  it('finds an order although every round before died right before it got there', async () => {
    shop.put(numbered(1, 1))
    const alive = ledger
    for (let deaths = 0; deaths < 2; deaths += 1) {
      const dying = Promise.withResolvers<never>()
      const reached = new Promise<void>((resolve) => {
        ledger = { ...alive, applySnapshot: () => (resolve(), dying.promise) }
      })
      void round()
      await reached
      await at.redis.del(`${at.prefix}lease:${itemId(chore)}`, `${at.prefix}quarantine`)
    }
    ledger = alive
    expect(await round()).toMatchObject({ applied: 1 })
  })

  it('leaves a dead order dead until it is modified at the shop', async () => {
    await sell(1, { refunds: ['71'] })
    await ledger.noteHint(refOf(1), 'action')
    await die(1, 'ORDER_WITHOUT_LEARNER')
    for (const _ of numbers(3)) await round()
    expect(await statusOf(1)).toBe('dead')
    shop.put(numbered(1, 9, { refunds: ['71'] }))
    await round()
    expect(await statusOf(1)).toBe('due')
  })

  it('is not led into the future by a shop with a wrong clock', async () => {
    shop.put(numbered(1, 3600))
    await round()
    shop.put(numbered(2, 0))
    await round()
    expect(await claimsOf(2)).toEqual(['granted'])
  })

  it('takes what is in the trash, and what came back from it with its old time', async () => {
    await sell(1)
    shop.put(numbered(1, 9, { status: 'trash', access: 'withdrawn' }))
    await round()
    expect(await claimsOf(1)).toEqual(['withdrawn'])
    shop.put(numbered(1, 9))
    await round()
    await readAll()
    expect(await claimsOf(1)).toEqual(['granted'])
  })

  it('leaves the rest to the next round, at once, when its time is over', async () => {
    for (const order of numbers(12)) shop.put(numbered(order, order))
    expect(await round(0)).toMatchObject({ polled: 5, isDone: false })
    expect((await ledger.readItem(itemId(chore)))?.dueAtMs).toBeLessThanOrEqual(await ledger.nowMs())
    await round(0)
    await round(0)
    expect(await claimsOf(12)).toEqual(['granted'])
  })

  it('does what it can when one part fails on its own account', async () => {
    shop.put(numbered(1, 1, { refunds: ['71'] }))
    shop.failNext('readModified', 'STORE_ANSWER_UNREADABLE')
    expect(await round()).toMatchObject({ isDone: true })
    expect(failures).toEqual(['STORE_ANSWER_UNREADABLE'])
    expect(await statusOf(1)).toBeUndefined()
    expect(await round()).toMatchObject({ bumped: 1 })
  })

  it('ends when the shop is out', async () => {
    shop.failNext('readRefunds', 'STORE_UNREACHABLE')
    await expect(round()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
  })
})

describe('reconcile of what no list of modified orders shows', () => {
  it('gives the seat back when a refund was deleted', async () => {
    await sell(1, { refunds: ['71'], lines: [aLine({ refunded: 1 })] })
    for (const order of [2, 3]) await sell(order, { refunds: [`7${order}`], lines: [aLine({ refunded: 1 })] })
    await forgetPoll()
    shop.put({ ...shop.get(1), refunds: [], lines: [aLine()] })
    expect(await round()).toMatchObject({ differingRefunds: 1, bumped: 1 })
    await readAll()
    expect(await claimsOf(1)).toEqual(['granted'])
    expect(await claimsOf(2)).toEqual([])
    expect(await round()).toMatchObject({ differingRefunds: 0, bumped: 0 })
  })

  it('takes the seat of a refund that nobody told of', async () => {
    await sell(1)
    await forgetPoll()
    shop.put({ ...shop.get(1), refunds: ['71'], lines: [aLine({ refunded: 1 })] })
    expect(await round()).toMatchObject({ differingRefunds: 1, bumped: 1 })
    await readAll()
    expect(await claimsOf(1)).toEqual(['withdrawn'])
  })

  it('notices within days that an order was deleted for good, and reads nothing before its time', async () => {
    for (const order of numbers(8)) await sell(order)
    await forgetPoll()
    shop.remove(3)
    expect(await round()).toMatchObject({ compared: 0 })
    await passSince(aDayMs + 60_000)
    expect(await round()).toMatchObject({ compared: 8, bumped: 1, held: 0 })
    await readAll()
    expect(await claimsOf(3)).toEqual(['withdrawn'])
    expect(await claimsOf(4)).toEqual(['granted'])
    expect(await round()).toMatchObject({ compared: 0 })
  })

  it('holds what it reads of a shop that suddenly has none of its orders, until they are back', async () => {
    const before = await loseAll(20)
    for (const held of [10, 10, 0]) {
      expect(await round()).toMatchObject({ bumped: held, held })
      await readAll()
    }
    expect(await ledger.conservation()).toMatchObject({ dead: 20 })
    expect(await Promise.all(numbers(20).map(claimsOf))).toEqual(numbers(20).map(() => ['granted']))
    for (const order of before) shop.put(order)
    await passSince(aDayMs + 60_000)
    for (const _ of numbers(2)) expect(await round()).toMatchObject({ bumped: 10, held: 0 })
    await readAll()
    expect(await ledger.conservation()).toMatchObject({ dead: 0 })
  })

  it('carries out a held deletion that a person replays, and no other', async () => {
    await loseAll(4)
    await round()
    await readAll()
    expect(await Promise.all(numbers(4).map(statusOf))).toEqual(numbers(4).map(() => 'dead'))
    expect(await ledger.readItem('order-shop-3')).toMatchObject({ failure: { code: 'ORDER_HELD' } })
    await replay({ agenda: ledger, wake })({ filter: { items: ['order-shop-3'] }, by: 'ops' })
    await readAll()
    expect((await Promise.all(numbers(4).map(claimsOf))).flat()).toEqual(['granted', 'granted', 'withdrawn', 'granted'])
    await passSince(aDayMs + 60_000)
    expect(await round()).toMatchObject({ compared: 3, bumped: 0, held: 0 })
  })

  it('leaves a dead order dead, however often it is compared', async () => {
    await aDeadOrder()
    for (const _ of numbers(3)) {
      await passSince(aDayMs + 60_000)
      expect(await round()).toMatchObject({ compared: 1, bumped: 0 })
    }
    shop.failNext('readOrder', 'STORE_ANSWER_UNREADABLE')
    await passSince(aDayMs + 60_000)
    expect(await round()).toMatchObject({ compared: 1, bumped: 0 })
    expect(await statusOf(1)).toBe('dead')
  })

  it('revives a dead order that changed again within its second without a word', async () => {
    await aDeadOrder()
    shop.put(numbered(1, 0, { learner: emailOf('grace@example.org') }))
    await forgetPoll()
    await passSince(aDayMs + 60_000)
    expect(await round()).toMatchObject({ compared: 1, bumped: 1 })
    await readAll()
    expect(await claimsOf(1)).toEqual(['granted'])
    expect(await statusOf(1)).toBe('settled')
  })

  it('finds such an order within minutes while the poll still reaches it', async () => {
    await aDeadOrder()
    shop.put(numbered(1, 0, { learner: emailOf('grace@example.org') }))
    expect(await round()).toMatchObject({ bumped: 1 })
    await readAll()
    expect(await claimsOf(1)).toEqual(['granted'])
  })

  it('buries a dead order that was deleted without a word', async () => {
    await sell(1, { lines: [aLine(), aLine({ line: LineId.parse('32'), sku: 'course-v1:typo' })] })
    await ledger.noteHint(refOf(1), 'action')
    await die(1, 'ORDER_LINE_UNKNOWN')
    await forgetPoll()
    shop.remove(1)
    await passSince(aDayMs + 60_000)
    expect(await round()).toMatchObject({ bumped: 1 })
    await readAll()
    expect(await claimsOf(1)).toEqual(['withdrawn'])
    expect(await statusOf(1)).toBe('settled')
  })

  it('reads a dead order again that the shop can show once more', async () => {
    await sell(1)
    await forgetPoll()
    await ledger.noteHint(refOf(1), 'action')
    await die(1, 'STORE_ANSWER_UNREADABLE')
    await passSince(aDayMs + 60_000)
    expect(await round()).toMatchObject({ bumped: 1 })
    await readAll()
    expect(await statusOf(1)).toBe('settled')
  })

  it('brings an order before people that the shop can no longer show', async () => {
    await sell(1)
    await passSince(aDayMs + 60_000)
    await forgetPoll()
    shop.failNext('readOrder', 'STORE_ANSWER_UNREADABLE')
    expect(await round()).toMatchObject({ bumped: 1 })
    expect(failures).toEqual([])
  })
})

describe('reconcile of products that were corrected', () => {
  const typo = { course: null, mode: null, needsShipping: false, sku: 'course-v1:typo' }
  const right = { ...typo, sku: 'course-v1:DemoU+ART+2026' }
  it('asks for no product while nothing is dead of an unknown line', async () => {
    await sell(1)
    await aDeadOrder()
    await round()
    expect(shop.productsRead).toEqual([])
  })

  it('reads the orders again that died of one, and asks for each product once', async () => {
    for (const order of [1, 2]) await sellTypo(order)
    await sellTypo(3, '12')
    for (const product of ['11', '12']) shop.products.set(`${product}/0`, typo)
    expect(await round()).toMatchObject({ bumped: 0 })
    expect(shop.productsRead.toSorted()).toEqual(['11/0', '12/0'])
    shop.products.set('11/0', right)
    for (const order of [1, 2]) shop.put({ ...shop.get(order), lines: [aLine({ sku: right.sku })] })
    await forgetPoll()
    expect(await round()).toMatchObject({ bumped: 2 })
    await readAll()
    expect(await Promise.all([1, 2, 3].map(statusOf))).toEqual(['settled', 'settled', 'dead'])
    expect(await claimsOf(1)).toEqual(['granted'])
  })

  it('forgets what the product said of itself, though it was read within the hour', async () => {
    policy = { ...policy, catalogue: { ...catalogue, readsProducts: true } }
    shop.products.set('11/0', { ...typo, course: 'course-v1:typo', sku: null })
    shop.put(numbered(1, 0, { lines: [aLine({ sku: null })] }))
    await accept()({ kind: 'hint', ...refOf(1), reason: 'action' })
    await readAll()
    expect(await statusOf(1)).toBe('dead')
    shop.products.set('11/0', { ...typo, course: 'course-v1:DemoU+ART+2026', sku: null })
    expect(await round()).toMatchObject({ bumped: 1 })
    await readAll()
    expect(await claimsOf(1)).toEqual(['granted'])
  })

  it('tries a correction once where it helps the order nothing', async () => {
    await sellTypo(1)
    shop.products.set('11/0', right)
    await forgetPoll()
    expect(await round()).toMatchObject({ bumped: 1 })
    await readAll()
    expect(await statusOf(1)).toBe('dead')
    expect(await round()).toMatchObject({ bumped: 0 })
  })
})

describe('reconcileRange', () => {
  const range = { store, sinceMs: anOrder().modifiedAtMs, signal: AbortSignal.timeout(10_000) }
  const run = (dryRun: boolean, more: object = {}) =>
    reconcileRange({ ledger, store: shop, policy, wake })({ ...range, dryRun, ...more })

  const expected = [
    { order: '2', status: 'processing', changes: [{ line: '31', unit: 1, to: 'granted' }], trouble: null },
    { order: '3', status: 'processing', changes: [{ line: '31', unit: 1, to: 'withdrawn' }], trouble: null },
    { order: '5', status: 'processing', changes: [], trouble: 'ORDER_WITHOUT_LEARNER' },
    { order: '4', status: 'trash', changes: [{ line: '31', unit: 1, to: 'withdrawn' }], trouble: null },
  ]

  it('says what would change, and changes nothing', async () => {
    await aShop()
    const before = await dump()
    const progress: number[] = []
    const found = await run(true, { onProgress: ({ looked }: { looked: number }) => void progress.push(looked) })
    expect(found).toMatchObject(expected)
    expect(progress).toEqual([1, 2, 3, 4, 5])
    expect(await dump()).toEqual(before)
    expect(woken).toEqual([])
  })

  it('has read what differs, and nothing else', async () => {
    await aShop()
    expect(await run(false)).toMatchObject(expected)
    expect(woken.map(({ item }) => itemId(item))).toEqual(expected.map(({ order }) => `order-shop-${order}`))
    shop.put(numbered(5, 5, { learner: emailOf('grace@example.org') }))
    await readAll()
    expect(await run(true)).toEqual([])
  })

  it('keeps to its range', async () => {
    await aShop()
    expect(await run(true, { untilMs: numbered(1, 2).modifiedAtMs })).toMatchObject([{ order: '2' }])
    expect(await run(true, { sinceMs: numbered(1, 5).modifiedAtMs })).toMatchObject([{ order: '5' }])
  })

  it('asks products what they sell without keeping it', async () => {
    shop.put(numbered(1, 1, { lines: [aLine({ sku: 'CS' })] }))
    const product = { course: 'course-v1:DemoU+ART+2026', mode: 'audit', needsShipping: false }
    const parts = { ledger, store: { ...shop, readProduct: () => Promise.resolve(product) }, wake }
    const asking = reconcileRange({ ...parts, policy: { ...policy, catalogue: { ...catalogue, readsProducts: true } } })
    expect(await asking({ ...range, dryRun: true })).toMatchObject([
      { changes: [{ course: 'course-v1:DemoU+ART+2026' }] },
    ])
    expect(await at.redis.keys(`${at.prefix}product:*`)).toEqual([])
  })
})
