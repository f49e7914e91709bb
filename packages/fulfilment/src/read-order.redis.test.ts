import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  JobFailure,
  LineId,
  readOrder as readOrderJob,
  type OrderReading,
  type OrderSnapshot,
  type Store,
  type StorePolicy,
  type WakeUp,
} from '@seatkeeper/core'
import { aLine, anOffer, anOrder, catalogue, noBrake } from '@seatkeeper/core/fixture'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { acceptNews, readOrder, replay } from './index.ts'

const at = useLedger()
const policy: StorePolicy = { catalogue, tells: false, sinceMs: null, brake: noBrake }
type Shop = Pick<Store, 'readOrder' | 'readProduct'>
let woken: WakeUp[] = []

beforeEach(() => {
  woken = []
})

const wake = (wakeUps: readonly WakeUp[]) => Promise.resolve(void woken.push(...wakeUps))
const accept = (parts: { wake?: typeof wake } = {}) =>
  acceptNews({ ledger: at.ledger, policyOf: () => policy, wake: parts.wake ?? wake, onWakeFailed: () => undefined })

/** A shop that answers each read with the next of some answers, and with the last one from then on. */
function aShop(...answers: (() => Promise<OrderReading>)[]): Shop {
  const left = [...answers]
  return {
    readOrder: () => (left.length > 1 ? left.shift() : left[0])?.() ?? Promise.resolve({ kind: 'deleted' }),
    readProduct: () => Promise.resolve(undefined),
  }
}
const says = (order: Partial<OrderSnapshot>) => (): Promise<OrderReading> =>
  Promise.resolve({ kind: 'order', snapshot: anOrder(order) })

async function read(store: Shop, policyNow = policy) {
  const { store: name, order } = anOrder()
  const run = readOrder({ ledger: at.ledger, store, policy: policyNow, wake })
  return run({ v: 1, store: name, order, generation: 1 }, { signal: AbortSignal.timeout(5000) })
}

describe('acceptNews', () => {
  it('applies a fresh order and wakes its seats', async () => {
    expect(await accept()({ kind: 'snapshot', snapshot: anOrder() })).toBe('applied')
    expect(await accept()({ kind: 'snapshot', snapshot: anOrder() })).toBe('same')
    expect(woken.map(({ lane }) => lane)).toEqual(['enroll.campus'])
  })

  it('stays accepted when waking fails, because the sweep will do it', async () => {
    const failing = accept({ wake: () => Promise.reject(new Error('Redis is away')) })
    expect(await failing({ kind: 'snapshot', snapshot: anOrder() })).toBe('applied')
    expect((await at.ledger.conservation()).due).toBe(1)
  })

  it('has an order that sells a course to nobody read, not applied', async () => {
    expect(await accept()({ kind: 'snapshot', snapshot: anOrder({ learner: null }) })).toBe('read')
  })

  it('keeps one record of an order however often a week-old copy comes', async () => {
    await accept()({ kind: 'snapshot', snapshot: anOrder() })
    woken = []
    const old = anOrder({
      modifiedAtMs: anOrder().modifiedAtMs - 7 * 86_400_000,
      status: 'pending',
      access: 'undecided',
    })
    for (let copy = 0; copy < 500; copy += 1) await accept()({ kind: 'snapshot', snapshot: old })
    expect(woken).toHaveLength(1)
    expect((await at.ledger.conservation()).registered).toBe(2)
  })
})

describe('readOrder', () => {
  it('applies what the shop says', async () => {
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    expect(await read(aShop(says({})))).toEqual({ status: 'applied' })
    expect(woken.map(({ lane }) => lane)).toEqual(['orders.shop', 'enroll.campus'])
    expect(await at.ledger.conservation()).toMatchObject({ registered: 2, settled: 1, due: 1 })
  })

  it('reads again when a snapshot was applied during the read', async () => {
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    const overtaken = async (): Promise<OrderReading> => {
      await at.ledger.applySnapshot(anOffer(anOrder()))
      return { kind: 'order', snapshot: anOrder({ access: 'withdrawn', status: 'cancelled' }) }
    }
    await read(aShop(overtaken, says({})))
    const [seat] = (await at.ledger.orderView(anOrder()))?.seats ?? []
    expect(await at.ledger.readSeat(seat!)).toMatchObject({ claims: [{ access: 'granted' }] })
  })

  it('withdraws everything of an order that the shop says is gone', async () => {
    await accept()({ kind: 'snapshot', snapshot: anOrder() })
    await accept()({ kind: 'hint', ...anOrder(), reason: 'deleted' })
    expect(await read(aShop(() => Promise.resolve({ kind: 'deleted' })))).toEqual({ status: 'applied' })
    const [seat] = (await at.ledger.orderView(anOrder()))?.seats ?? []
    expect(await at.ledger.readSeat(seat!)).toMatchObject({ claims: [{ access: 'withdrawn' }] })
  })

  it('fails for good when a course was sold to nobody, and heals once the order names somebody', async () => {
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    await expect(read(aShop(says({ learner: null })))).rejects.toMatchObject({ code: 'ORDER_WITHOUT_LEARNER' })
    expect(await read(aShop(says({})))).toEqual({ status: 'applied' })
  })

  it.each([
    ['names nobody', { learner: null }, 'ORDER_WITHOUT_LEARNER'],
    ['names a course that cannot be', { lines: [aLine({ sku: 'course-v1:typo' })] }, 'ORDER_LINE_UNKNOWN'],
  ] as const)('leaves an order that %s dead when its webhook comes again', async (_, said, code) => {
    const snapshot = anOrder(said)
    expect(await accept()({ kind: 'snapshot', snapshot })).toBe('read')
    await expect(read(aShop(says(said)))).rejects.toMatchObject({ code })
    const failure = { code, permanent: true, random: 0, backoff: readOrderJob.backoff }
    await at.ledger.fileFailure({ id: 'order-shop-1001', generation: 1, ...failure })
    for (let again = 0; again < 3; again += 1) expect(await accept()({ kind: 'snapshot', snapshot })).toBe('same')
    expect(await at.ledger.conservation()).toMatchObject({ dead: 1, due: 0 })
  })

  it('reads the product of a line that it does not understand, once in an hour', async () => {
    const reading = { ...policy, catalogue: { ...catalogue, readsProducts: true } }
    const lines = [aLine({ sku: 'CS' })]
    let reads = 0
    const readProduct = () => {
      reads += 1
      return Promise.resolve({ course: 'course-v1:DemoU+ART+2026', mode: 'audit', needsShipping: false })
    }
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    await read({ ...aShop(says({ lines })), readProduct }, reading)
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    await read({ ...aShop(says({ lines })), readProduct }, reading)
    const [seat] = (await at.ledger.orderView(anOrder()))?.seats ?? []
    expect(await at.ledger.readSeat(seat!)).toMatchObject({
      course: 'course-v1:DemoU+ART+2026',
      claims: [{ mode: 'audit' }],
    })
    expect(reads).toBe(1)
  })

  it('fails for good on a mistyped course key, applies the other lines, and heals when the catalogue changes', async () => {
    const lines = [aLine(), aLine({ line: LineId.parse('32'), sku: 'course-v1:typo' })]
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    const failing = read(aShop(says({ lines })))
    await expect(failing).rejects.toMatchObject({ code: 'ORDER_LINE_UNKNOWN' })
    expect((await at.ledger.orderView(anOrder()))?.seats).toHaveLength(1)
    const failure = { code: 'ORDER_LINE_UNKNOWN' as const, permanent: true, random: 0, backoff: readOrderJob.backoff }
    await at.ledger.fileFailure({ id: 'order-shop-1001', generation: 1, ...failure })
    expect((await at.ledger.reviveUnderCatalogue(anOrder().store, catalogue.hash)).wakeUps).toEqual([])
    expect((await at.ledger.reviveUnderCatalogue(anOrder().store, 'another')).wakeUps).toMatchObject([
      { generation: 2 },
    ])
  })

  it('leaves an order alone that is older than the cut-over and unknown', async () => {
    const later = { ...policy, sinceMs: anOrder().createdAtMs + 1 }
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    expect(await read(aShop(says({})), later)).toEqual({ status: 'unchanged' })
    expect((await at.ledger.orderView(anOrder()))?.seats).toEqual([])
  })

  it('fails for good, with nothing changed, when the brake holds it, and goes through once it was replayed', async () => {
    const careful = { ...policy, brake: { seats: 0, percent: 0 } }
    const gone = aShop(() => Promise.resolve({ kind: 'deleted' }))
    const cancelled = aShop(says({ access: 'withdrawn', status: 'cancelled' }))
    await accept()({ kind: 'snapshot', snapshot: anOrder() })
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    for (const shop of [gone, cancelled]) {
      await expect(read(shop, careful)).rejects.toMatchObject({ code: 'ORDER_HELD', verdict: 'permanent' })
    }
    expect([...(await at.ledger.claimsOf(anOrder())).values()]).toEqual(['granted'])
    const failure = { code: 'ORDER_HELD' as const, permanent: true, random: 0, backoff: readOrderJob.backoff }
    await at.ledger.fileFailure({ id: 'order-shop-1001', generation: 1, ...failure })
    await replay({ agenda: at.ledger, wake })({ filter: { items: ['order-shop-1001'] }, by: 'ops' })
    expect(await read(cancelled, careful)).toEqual({ status: 'applied' })
    expect([...(await at.ledger.claimsOf(anOrder())).values()]).toEqual(['withdrawn'])
  })

  it('leaves the order due when the shop fails', async () => {
    await accept()({ kind: 'hint', ...anOrder(), reason: 'action' })
    const failing = aShop(() => Promise.reject(new JobFailure('STORE_UNREACHABLE', 'refused')))
    await expect(read(failing)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    expect(await at.ledger.conservation()).toMatchObject({ due: 1 })
  })
})

describe('replay', () => {
  it('takes a corrected course key, ends the claim on the wrong one and names what it revived', async () => {
    await accept()({ kind: 'snapshot', snapshot: anOrder({ lines: [aLine({ sku: 'course-v1:DemoU+WRONG+2026' })] }) })
    const [wrong] = (await at.ledger.orderView(anOrder()))?.seats ?? []
    const failure = {
      code: 'LMS_COURSE_UNKNOWN' as const,
      permanent: true,
      random: 0,
      backoff: { firstMs: 1, maxMs: 1, giveUpAfterMs: 1 },
    }
    await at.ledger.fileFailure({ id: `seat-${wrong}`, generation: 1, ...failure })
    const items = [`seat-${wrong}`, `seat-${wrong}`]
    expect(await replay({ agenda: at.ledger, wake })({ filter: { items }, by: 'ops' })).toEqual({
      replayed: [`seat-${wrong}`],
      left: [],
    })
    await read(aShop(says({})))
    const seats = (await at.ledger.orderView(anOrder()))?.seats ?? []
    expect(await at.ledger.readSeat(wrong!)).toMatchObject({ claims: [{ access: 'withdrawn' }] })
    expect(await at.ledger.readSeat(seats.find((seat) => seat !== wrong)!)).toMatchObject({
      course: 'course-v1:DemoU+CS101+2026',
    })
  })
})
