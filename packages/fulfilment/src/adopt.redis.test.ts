import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  CourseMode,
  itemId,
  LineId,
  LmsId,
  noEnrolment,
  OrderId,
  type Enrolment,
  type StorePolicy,
  toFailure,
  type WakeUp,
} from '@seatkeeper/core'
import { aLine, anOrder, catalogue, emailOf, noBrake } from '@seatkeeper/core/fixture'
import { dumpOf, useLedger } from '@seatkeeper/ledger/fixture'
import { acceptNews, adopt, readOrder, settleSeat, type AdoptRange } from './index.ts'
import { createListingShop, numbered, type ListingShop } from './listing-shop.fixture.ts'
import { createMemoryLms, type MemoryLms } from './lms.fixture.ts'

const { store, modifiedAtMs } = anOrder()
/** Every order of these tests was made before the cut-over. */
const policy: StorePolicy = { catalogue, tells: true, sinceMs: modifiedAtMs + 86_400_000, brake: noBrake }
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }
const ended: Enrolment = { ...verified, isActive: false }
const learner = (order: number) => emailOf(`learner${order}@example.org`)
const refunded = { refunds: ['71'], lines: [aLine({ refunded: 1 })] }

const at = useLedger()
let shop: ListingShop
let lms: MemoryLms
let woken: WakeUp[]
let failures: string[]

beforeEach(() => {
  shop = createListingShop()
  lms = createMemoryLms()
  woken = []
  failures = []
})

const noteFailure = (error: unknown) => void failures.push(toFailure(error).code)
const context = () => ({ signal: AbortSignal.timeout(10_000) })
const wake = (wakeUps: readonly WakeUp[]) => Promise.resolve(void woken.push(...wakeUps))
const lmsOf = () => ({ lms, policy: { lastClaimGone: 'deactivate' } as const })
const refOf = (order: number) => ({ store, order: OrderId.parse(String(order)) })

async function adoptAll(more: Partial<AdoptRange> = {}) {
  const range = { store, sinceMs: 0, dryRun: false, applies: false, ...context(), ...more }
  const orders = await adopt({ ledger: at.ledger, store: shop, lmsOf, policy, wake })(range)
  return Object.fromEntries(
    orders.map(({ order, outcome, trouble, claims }) => [
      order,
      [outcome, trouble ?? claims.map(({ verdict }) => verdict).join()],
    ]),
  )
}

/** The other integration's order: of a learner who has an account and holds this. */
function fulfilled(order: number, row: Enrolment, change: Parameters<typeof numbered>[2] = {}) {
  shop.put(numbered(order, order, change))
  lms.register(learner(order))
  if (row.mode !== null) lms.setRow(learner(order), row)
}

/** What the workers do until nothing is due. */
async function work() {
  const settle = settleSeat({
    ledger: at.ledger,
    lms,
    wake,
    patience: { firstLookMs: 1000, maxLookMs: 10_000, patienceMs: 60_000 },
    policy: { closedCourse: 'refuse', lastClaimGone: 'deactivate' },
  })
  const read = readOrder({ ledger: at.ledger, store: shop, policy, wake })
  for (let next = woken.shift(); next !== undefined; next = woken.shift()) {
    const { item, generation } = next
    if (item.kind === 'seat') await settle({ v: 1, lms: LmsId.parse('campus'), seat: item.seat, generation }, context())
    if (item.kind === 'order') await read({ v: 1, store, order: item.order, generation }, context()).catch(noteFailure)
  }
}

/** The shop says by webhook how the order is now. */
async function hear(order: number, change: Parameters<typeof numbered>[2]) {
  shop.put(numbered(order, 40 + order, change))
  const accept = acceptNews({ ledger: at.ledger, policyOf: () => policy, wake, onWakeFailed: () => undefined })
  await accept({ kind: 'hint', reason: 'refund', ...refOf(order) })
  await work()
}

async function seatOf(order: number) {
  const [id] = (await at.ledger.orderView(refOf(order)))?.seats ?? []
  return id && (await at.ledger.readSeat(id))
}

describe('adopt', () => {
  it('tells what is right from what would change, and changes nothing in a dry run', async () => {
    fulfilled(1, verified)
    fulfilled(2, noEnrolment)
    fulfilled(3, ended, refunded)
    fulfilled(4, verified, refunded)
    fulfilled(5, { isActive: true, mode: CourseMode.parse('masters') })
    shop.put(numbered(6, 6))
    shop.put(numbered(7, 7, { learner: null }))
    shop.put(numbered(8, 8, { lines: [aLine({ sku: 'MUG' })] }))
    expect(await adoptAll({ dryRun: true })).toEqual({
      1: ['adopted', 'right'],
      2: ['left', 'would enrol'],
      3: ['adopted', 'right'],
      4: ['left', 'would end'],
      5: ['adopted', 'better'],
      6: ['left', 'no account'],
      7: ['left', 'ORDER_WITHOUT_LEARNER'],
      8: ['adopted', ''],
    })
    expect(await dumpOf(at)).toEqual({})
    expect(lms.writes).toEqual([])
  })

  it('counts what matches as ours: nothing is written, nothing is told, and a later refund ends it', async () => {
    fulfilled(1, verified)
    await adoptAll()
    expect(await seatOf(1)).toMatchObject({
      baseline: noEnrolment,
      applied: verified,
      account: { username: 'learner1' },
    })
    await work()
    expect(lms.writes).toEqual([])
    expect(await at.ledger.readItem('tell-shop-1')).toBeUndefined()
    await hear(1, refunded)
    expect(lms.row(learner(1))).toEqual(ended)
    expect(await at.ledger.readItem('tell-shop-1')).toMatchObject({ status: 'due' })
    expect(await at.ledger.conservation()).toMatchObject({ dead: 0, waiting: 0 })
  })

  it('leaves the seat of an adopted order in peace when the order moves on', async () => {
    fulfilled(1, verified)
    await adoptAll()
    await work()
    await hear(1, { status: 'completed' })
    expect(lms.writes).toEqual([])
    expect(await at.ledger.orderView(refOf(1))).toMatchObject({ status: 'completed' })
  })

  it('leaves what does not match to a person, and what was not adopted alone', async () => {
    fulfilled(1, noEnrolment)
    expect(await adoptAll()).toEqual({ 1: ['left', 'would enrol'] })
    await hear(1, { status: 'completed' })
    expect(await dumpOf(at)).not.toHaveProperty(`${at.prefix}order:shop/1:claims`)
    expect(lms.writes).toEqual([])
  })

  it('puts right what does not match where it is told to', async () => {
    fulfilled(1, noEnrolment)
    fulfilled(2, verified, refunded)
    shop.put(numbered(3, 3))
    shop.put(numbered(4, 4, { learner: null }))
    await adoptAll({ applies: true })
    await work()
    expect(lms.row(learner(1))).toEqual(verified)
    expect(lms.row(learner(2))).toEqual(ended)
    expect([...lms.invited]).toEqual([learner(3)])
    expect(failures).toEqual(['ORDER_WITHOUT_LEARNER'])
  })

  it('does not end for one refunded order what another one pays for', async () => {
    fulfilled(1, verified)
    shop.put(numbered(2, 2, { ...refunded, learner: learner(1) }))
    expect(await adoptAll()).toEqual({ 1: ['adopted', 'right'], 2: ['adopted', 'right'] })
    await work()
    expect(lms.row(learner(1))).toEqual(verified)
  })

  it('heeds what orders that it does not look at say of a seat', async () => {
    fulfilled(1, verified)
    await adoptAll()
    await work()
    shop.put(numbered(2, 20, { ...refunded, learner: learner(1) }))
    expect(await adoptAll({ sinceMs: modifiedAtMs + 10_000 })).toEqual({ 2: ['adopted', 'right'] })
  })

  it('lets two addresses of one account share a seat, and keeps it until both are refunded', async () => {
    fulfilled(1, verified)
    lms.alias(learner(2), learner(1))
    shop.put(numbered(2, 2))
    await adoptAll()
    expect(new Set(woken.map(({ item }) => itemId(item))).size).toBe(1)
    await work()
    expect((await seatOf(1))?.id).toBe((await seatOf(2))?.id)
    await hear(1, refunded)
    await hear(2, { status: 'completed' })
    expect(lms.writes).toEqual([])
    await hear(2, refunded)
    expect(lms.row(learner(1))).toEqual(ended)
    expect(lms.writes).toHaveLength(1)
  })

  it('leaves orders that share a seat with one that is left', async () => {
    fulfilled(1, verified)
    const other = aLine({ sku: 'course-v1:DemoU+ART+2026', line: LineId.parse('32') })
    shop.put(numbered(2, 2, { learner: learner(1), lines: [aLine(), other] }))
    expect(await adoptAll()).toEqual({ 1: ['left', 'right'], 2: ['left', 'right,would enrol'] })
  })

  it('knows an order from then on that was still unpaid', async () => {
    shop.put(numbered(1, 1, { status: 'on-hold', access: 'undecided' }))
    lms.register(learner(1))
    await adoptAll()
    await hear(1, {})
    expect(lms.row(learner(1))).toEqual(verified)
  })

  it('asks for another look at an order that changed meanwhile', async () => {
    fulfilled(1, verified)
    const before = lms
    lms = { ...before, findAccount: (...call) => (shop.put(numbered(1, 9, refunded)), before.findAccount(...call)) }
    expect(await adoptAll()).toEqual({ 1: ['changed', 'right'] })
    expect(await seatOf(1)).toBeUndefined()
  })

  it('may be repeated, and keeps what a learner had before a seat of ours', async () => {
    const audit: Enrolment = { isActive: true, mode: CourseMode.parse('audit') }
    fulfilled(1, audit)
    await adoptAll({ applies: true })
    await work()
    await adoptAll({ applies: true })
    await work()
    expect(lms.writes).toHaveLength(1)
    expect(await seatOf(1)).toMatchObject({ baseline: audit, applied: verified })
  })

  it('counts what is enrolled as ours where a backup knew less', async () => {
    fulfilled(1, verified, { status: 'on-hold', access: 'undecided' })
    await adoptAll()
    fulfilled(1, verified)
    expect(await adoptAll()).toEqual({ 1: ['adopted', 'right'] })
    await work()
    await hear(1, refunded)
    expect(lms.row(learner(1))).toEqual(ended)
  })
})
