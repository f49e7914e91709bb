import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import type { Lease } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { Redis } from 'ioredis'
import { useLedger } from './fixture.ts'
import { createLedger, type RedisLedger } from './index.ts'

const at = useLedger()

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
    const { ledger } = at
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
    const { ledger } = at
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
    const { ledger } = at
    await ledger.applySnapshot(anOffer(anOrder()))
    const [id = ''] = ((await ledger.orderView(anOrder()))?.seats ?? []).map((seat) => `seat-${seat}`)
    await dieOver(ledger, id)
    expect(await ledger.settle(id, 1, { status: 'applied' }, await take(ledger, id))).toBe(true)
    expect(await take(ledger, id)).toMatchObject({ crashes: 0 })
  })

  it('lets one suspect work at a time, and innocents beside it', async () => {
    const { ledger } = at
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
    const { ledger } = at
    for (const key of ['one', 'two', 'one']) await dieOver(ledger, key)
    expect(await take(ledger, 'two')).toMatchObject({ mayWork: true })
  })

  it('takes the accusation back when a frozen holder comes back', async () => {
    const { ledger } = at
    const frozen = await dieOver(ledger, 'seat')
    await dieOver(ledger, 'seat')
    await ledger.giveBack(frozen, 'seat', 1)
    expect(await take(ledger, 'seat')).toMatchObject({ crashes: 1 })
  })

  it('accuses nobody where Redis did not answer', async () => {
    const connection = new Redis(at.server.url, { enableOfflineQueue: false, retryStrategy: () => 1 })
    await once(connection, 'ready')
    const ledger = createLedger(connection, at.prefix)
    const lease = await take(ledger, 'seat')
    const isBack = once(connection, 'ready')
    connection.disconnect(true)
    await expect(ledger.giveBack(lease, 'seat', 1)).rejects.toThrow(/closed|writeable/)
    await isBack
    expect(await take(ledger, 'seat')).toMatchObject({ crashes: 0 })
    connection.disconnect()
  })
})
