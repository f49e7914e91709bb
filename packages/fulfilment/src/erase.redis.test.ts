import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  enrollSeat,
  isConserved,
  noEnrolment,
  OrderId,
  Username,
  type OrderSnapshot,
  type SeatId,
} from '@seatkeeper/core'
import { aLine, anOffer as aPlainOffer, anOrder, catalogue, emailOf } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { erase, type EraseRequest } from './erase.ts'
import { hashOf } from './offer.ts'

const canary = 'canary.erika@example.org'
const other = 'canary.second@example.org'
const key = 'k'.repeat(32)
const newKey = 'n'.repeat(32)

let folder: string
let server: EmbeddedRedis
let redis: Redis
let ledger: RedisLedger

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatkeeper-erase-'))
  server = await startRedis({ directory: folder, arguments: ['--rdbcompression', 'no', '--save', '3600 1'] })
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  await redis.flushall()
  ledger = createLedger(redis, undefined, { erasureKeys: [key] })
})

function anOrderOf(learner: string, number = 1, some: Partial<OrderSnapshot> = {}): OrderSnapshot {
  return anOrder({ order: OrderId.parse(`${number}`), learner: emailOf(learner), ...some })
}

/** With the hash that the product keeps, which nobody can read. */
function anOffer(order: OrderSnapshot) {
  return { ...aPlainOffer(order), hash: hashOf(order) }
}

async function sell(order: OrderSnapshot, by = ledger): Promise<SeatId | undefined> {
  await by.applyReading(await by.numberRead(order), anOffer(order))
  return (await by.orderView(order))?.seats[0]
}

function forget(some: Partial<EraseRequest> = {}, by = ledger) {
  const request = { email: emailOf(canary), by: 'ops', endsSeats: false, dryRun: false, ...some }
  return erase({ ledger: by, wake: async () => undefined })({ signal: AbortSignal.timeout(20_000), ...request })
}

/** Files of Redis that have one of the words in them. */
function filesWith(words: readonly string[]): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  const texts = files.filter((file) => statSync(file).isFile()).map((file) => [file, readFileSync(file, 'latin1')])
  return texts.filter(([, text]) => words.some((word) => text?.includes(word))).map(([file]) => file ?? '')
}

/** Keys that have the word in their name or value. */
async function keysWith(word: string): Promise<readonly string[]> {
  const keys = await redis.keys('*')
  const dumps = await Promise.all(keys.map((name) => redis.dumpBuffer(name)))
  return keys.filter((name, index) => name.includes(word) || dumps[index]?.toString('latin1').includes(word))
}

async function enrolled(): Promise<SeatId> {
  const seat = await sell(anOrderOf(canary))
  if (seat === undefined) throw new Error('the order made no seat')
  await ledger.bindAccount(seat, { id: 7, username: Username.parse('canary-erika') })
  await ledger.recordBaseline(seat, noEnrolment)
  await ledger.recordApplied(seat, { isActive: true, mode: catalogue.mode })
  await ledger.noteWords(`seat-${seat}`, `no such user ${canary}`)
  await ledger.noteWords('order-shop-1', `the buyer ${canary} is odd`)
  return seat
}

describe('erase', () => {
  it('leaves no trace in keys, append-only file and snapshot, and the count even', async () => {
    const seat = await enrolled()
    await sell(anOrderOf('grace@example.org', 2))
    await redis.bgsave()
    expect(await keysWith(canary)).not.toEqual([])
    const erased = await forget()
    expect(erased).toMatchObject({ addresses: 1, seats: [seat], orders: [{ store: 'shop', order: '1' }] })
    expect(erased.files).toBe('rewritten')
    expect(await keysWith('canary')).toEqual([])
    expect(filesWith(['canary'])).toEqual([])
    const counts = await ledger.conservation()
    expect(counts.registered).toBe(3)
    expect(isConserved(counts)).toBe(true)
    expect(await ledger.operatorActions({ sinceMs: 0, limit: 9 })).toMatchObject([{ by: 'ops', action: 'erase' }])
    expect((await ledger.orderView(anOrderOf('grace@example.org', 2)))?.seats).toHaveLength(1)
  })

  it('forgets other addresses of the same account too', async () => {
    const first = await enrolled()
    const second = await sell(anOrderOf(other, 2))
    await ledger.bindAccount(second!, { id: 7, username: Username.parse('canary-erika') })
    const { addresses, seats } = await forget({ email: emailOf(other) })
    expect([addresses, new Set(seats)]).toEqual([2, new Set([first, second])])
    expect(await keysWith('canary')).toEqual([])
  })

  it('only says how much, when asked to', async () => {
    const seat = await enrolled()
    expect(await forget({ dryRun: true })).toMatchObject({ seats: [seat], files: null })
    expect(await ledger.readSeat(seat)).toMatchObject({ email: canary })
    expect(await redis.exists('{seatkeeper}:erased')).toBe(0)
  })

  it('waits for whoever is at work on a seat', async () => {
    const seat = await enrolled()
    const lease = await ledger.lease(`seat-${seat}`, 60_000)
    const steps: string[] = []
    const done = forget({ onProgress: (text) => steps.push(text) })
    await ledger.noteWords(`seat-${seat}`, `about ${canary}`)
    expect(steps).toEqual([])
    await lease!.release()
    expect(await ledger.eraseSeat(seat, lease!)).toBe(false)
    await done
    await ledger.noteWords(`seat-${seat}`, `late words about ${canary}`)
    expect(await ledger.bindAccount(seat, { id: 7, username: Username.parse('canary-erika') })).toMatchObject({
      wakeUps: [],
    })
    expect(await keysWith('canary')).toEqual([])
  })
})

describe('a tombstone', () => {
  it('lets orders created before grant nothing, by news and by reading', async () => {
    await enrolled()
    await forget()
    const later = { modifiedAtMs: anOrder().modifiedAtMs + 5000 }
    expect(await sell(anOrderOf(canary, 1, later))).toBeUndefined()
    expect(await sell(anOrderOf(canary, 3))).toBeUndefined()
    const news = anOrderOf(canary, 4, { modifiedAtMs: Date.now() })
    expect((await ledger.applySnapshot(anOffer(news))).result).toBe('applied')
    expect((await ledger.orderView(news))?.seats).toEqual([])
    expect(await keysWith('canary')).toEqual([])
  })

  it('takes an order created after as new, and leaves other learners alone', async () => {
    await forget()
    const now = Date.now() + 1000
    expect(await sell(anOrderOf(canary, 5, { createdAtMs: now, modifiedAtMs: now }))).toBeDefined()
    const lines = [aLine({ quantity: 2, learners: [emailOf(canary), emailOf('grace@example.org')] })]
    await sell(anOrderOf('grace@example.org', 6, { lines }))
    const view = await ledger.orderView(anOrderOf(canary, 6))
    expect(await Promise.all(view!.seats.map(async (id) => (await ledger.readSeat(id))?.email))).toEqual([
      'grace@example.org',
    ])
  })

  it('is kept by a new key once it was seen beside the old one', async () => {
    await forget()
    const withBoth = createLedger(redis, undefined, { erasureKeys: [newKey, key] })
    expect(await sell(anOrderOf(canary, 1), withBoth)).toBeUndefined()
    const withNew = createLedger(redis, undefined, { erasureKeys: [newKey] })
    expect(await sell(anOrderOf(canary, 2), withNew)).toBeUndefined()
  })

  it('is not recognised without its key', async () => {
    await forget()
    expect(await sell(anOrderOf(canary, 1), createLedger(redis))).toBeDefined()
  })

  it('counts for the key that it was made with, and gives none of it away', async () => {
    const under = (...erasureKeys: string[]) => createLedger(redis, undefined, { erasureKeys }).countTombstones()
    expect(await under(key)).toEqual({ recognised: 0, foreign: 0, unnamed: 0 })
    await forget()
    await forget()
    expect(await under(key)).toEqual({ recognised: 1, foreign: 0, unnamed: 0 })
    expect(await under(newKey, key)).toEqual({ recognised: 1, foreign: 0, unnamed: 0 })
    expect(await under(newKey)).toEqual({ recognised: 0, foreign: 1, unnamed: 0 })
    expect(await under()).toEqual({ recognised: 0, foreign: 1, unnamed: 0 })
    await sell(anOrderOf(canary, 1), createLedger(redis, undefined, { erasureKeys: [newKey, key] }))
    expect(await under(newKey)).toEqual({ recognised: 1, foreign: 1, unnamed: 0 })
    expect([...(await keysWith(key)), ...(await keysWith(newKey))]).toEqual([])
  })

  it('from before keys were noted counts for none of them', async () => {
    await forget()
    await redis.del('{seatkeeper}:erased:keys')
    expect(await ledger.countTombstones()).toEqual({ recognised: 0, foreign: 0, unnamed: 1 })
    expect(await createLedger(redis).countTombstones()).toEqual({ recognised: 0, foreign: 1, unnamed: 0 })
  })
})

describe('erase with seats to be ended', () => {
  it('withdraws them, waits until that is done, and then forgets', async () => {
    const seat = await enrolled()
    await settle(seat)
    const done = forget({ endsSeats: true })
    while ((await ledger.itemStatus(`seat-${seat}`))?.status !== 'due') await ledger.nowMs()
    const { claims } = (await ledger.readSeat(seat)) ?? {}
    expect(claims).toMatchObject([{ access: 'withdrawn' }])
    await settle(seat)
    expect((await done).seats).toEqual([seat])
    expect(await ledger.readSeat(seat)).toBeUndefined()
  })

  it('erases nothing of a seat that cannot be ended', async () => {
    const seat = await enrolled()
    const done = forget({ endsSeats: true })
    while ((await ledger.readSeat(seat))?.claims[0]?.access !== 'withdrawn') await ledger.nowMs()
    const { generation = 0 } = (await ledger.itemStatus(`seat-${seat}`)) ?? {}
    const { backoff } = enrollSeat
    const filing = { id: `seat-${seat}`, generation, code: 'LMS_REQUEST_REFUSED', permanent: true, random: 0 } as const
    await ledger.fileFailure({ ...filing, backoff })
    await expect(done).rejects.toThrow(`seat ${seat} is LMS_REQUEST_REFUSED`)
    expect(await ledger.readSeat(seat)).toMatchObject({ email: canary })
  })
})

async function settle(seat: SeatId): Promise<void> {
  const { generation = 0 } = (await ledger.itemStatus(`seat-${seat}`)) ?? {}
  const lease = await ledger.lease(`seat-${seat}`, 5000)
  if (lease === undefined) throw new Error('the lease is taken')
  expect(await ledger.settle(`seat-${seat}`, generation, { status: 'applied' }, lease)).toBe(true)
}
