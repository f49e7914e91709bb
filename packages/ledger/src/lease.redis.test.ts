import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Lease } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { createLedger, type RedisLedger } from './index.ts'

let server: EmbeddedRedis
let redis: Redis
let tests = 0

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

/** A ledger of its own for each test, on the shared server or on another connection to it. */
function aLedger(connection = redis): RedisLedger {
  tests += 1
  return createLedger(connection, `{lease-${tests}}:`)
}

async function take(ledger: RedisLedger, key: string, forMs = 5000): Promise<Lease> {
  const lease = await ledger.lease(key, forMs)
  if (lease === undefined) throw new Error(`somebody holds ${key}`)
  return lease
}

/** Takes a lease that ends before it is given back, as one does whose holder dies. */
async function dieOver(ledger: RedisLedger, key: string): Promise<Lease> {
  const lease = await take(ledger, key, 1)
  await expect(async () => {
    for (;;) await lease.assertHeld()
  }).rejects.toMatchObject({ code: 'LEASE_LOST' })
  return lease
}

describe('lease', () => {
  it('belongs to one holder until it is given back or runs out', async () => {
    const ledger = aLedger()
    const mine = await take(ledger, 'seat')
    expect(await ledger.lease('seat', 5000)).toBeUndefined()
    await mine.assertHeld()
    await mine.release()
    const next = await take(ledger, 'seat')
    await expect(mine.assertHeld()).rejects.toMatchObject({ code: 'LEASE_LOST' })
    await mine.release()
    await next.assertHeld()
  })

  it('counts the holders that died over it, until one gives it back', async () => {
    const ledger = aLedger()
    await dieOver(ledger, 'seat')
    expect(await dieOver(ledger, 'seat')).toMatchObject({ crashes: 1, mayWork: true })
    const released = await take(ledger, 'seat')
    expect(released).toMatchObject({ crashes: 2 })
    await released.release()
    const ended = await take(ledger, 'seat')
    expect(ended).toMatchObject({ crashes: 2 })
    await ledger.giveBack(ended, 'seat', 1)
    expect(await take(ledger, 'seat')).toMatchObject({ crashes: 0, mayWork: true })
  })

  it('is acquitted by what settles', async () => {
    const ledger = aLedger()
    await ledger.applySnapshot(anOffer(anOrder()))
    const [id = ''] = ((await ledger.orderView(anOrder()))?.seats ?? []).map((seat) => `seat-${seat}`)
    await dieOver(ledger, id)
    expect(await ledger.settle(id, 1, { status: 'applied' }, await take(ledger, id))).toBe(true)
    expect(await take(ledger, id)).toMatchObject({ crashes: 0 })
  })

  it('lets one suspect work at a time, and innocents beside it', async () => {
    const ledger = aLedger()
    for (const key of ['one', 'two']) await dieOver(ledger, key)
    const first = await take(ledger, 'one')
    const second = await take(ledger, 'two')
    expect([first.mayWork, second.mayWork]).toEqual([true, false])
    expect(await take(ledger, 'three')).toMatchObject({ mayWork: true })
    await second.release()
    await ledger.giveBack(first, 'one', 1)
    expect(await take(ledger, 'two')).toMatchObject({ crashes: 1, mayWork: true })
  })

  it('lets the next suspect work when the one before died', async () => {
    const ledger = aLedger()
    for (const key of ['one', 'two', 'one']) await dieOver(ledger, key)
    expect(await take(ledger, 'two')).toMatchObject({ mayWork: true })
  })

  it('takes the accusation back when a frozen holder comes back', async () => {
    const ledger = aLedger()
    const frozen = await dieOver(ledger, 'seat')
    await dieOver(ledger, 'seat')
    await ledger.giveBack(frozen, 'seat', 1)
    expect(await take(ledger, 'seat')).toMatchObject({ crashes: 1 })
  })

  it('accuses nobody where Redis did not answer', async () => {
    const connection = new Redis(server.url, { enableOfflineQueue: false, retryStrategy: () => 1 })
    await once(connection, 'ready')
    const ledger = aLedger(connection)
    const lease = await take(ledger, 'seat')
    const isBack = once(connection, 'ready')
    connection.disconnect(true)
    await expect(ledger.giveBack(lease, 'seat', 1)).rejects.toThrow(/closed|writeable/)
    await isBack
    expect(await take(ledger, 'seat')).toMatchObject({ crashes: 0 })
    connection.disconnect()
  })
})
