import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { OrderId } from '@seatkeeper/core'
import { anOffer, anOrder } from '@seatkeeper/core/fixture'
import { Redis } from 'ioredis'
import { createLedger, type RedisLedger } from './ledger.ts'
import { startReplicatedRedis, type ReplicatedRedis } from './replicated-redis.fixture.ts'

let servers: ReplicatedRedis
let redis: Redis
let other: Redis
let ledger: RedisLedger

beforeAll(async () => {
  servers = await startReplicatedRedis()
  redis = new Redis(servers.primary.url)
  other = new Redis(servers.primary.url)
})
afterAll(async () => {
  for (const connection of [redis, other]) connection.disconnect()
  await servers.stop()
})
beforeEach(async () => {
  await redis.flushall()
  await redis.config('RESETSTAT')
  ledger = createLedger(redis, undefined, { replicas: 1 })
})
afterEach(() => servers.thaw())

const hint = (order = 32, by = ledger) =>
  by.noteHint({ ...anOrder(), order: OrderId.parse(`${order}`) }, 'refund').then(
    ({ result }) => result as string,
    (error: { code: string }) => error.code,
  )

async function waits(): Promise<number> {
  const [, calls = 0] = /cmdstat_wait:calls=(\d+)/.exec(await other.info('commandstats')) ?? []
  return Number(calls)
}

describe('a ledger that waits for a replica', () => {
  it('keeps news once the replica has it', async () => {
    expect(await hint()).toBe('read')
    expect(await waits()).toBeGreaterThan(0)
  })

  it('says no while the replica is frozen, and goes on when it is back', async () => {
    servers.freeze()
    expect(await hint()).toBe('REPLICAS_BEHIND')
    servers.thaw()
    expect(await hint()).toBe('read')
  })

  it('confirms nothing that it knows already before the replica has it too', async () => {
    await createLedger(other).applySnapshot(anOffer(anOrder()))
    servers.freeze()
    await expect(ledger.applySnapshot(anOffer(anOrder()))).rejects.toMatchObject({ code: 'REPLICAS_BEHIND' })
    // WAIT promises no more than what its own connection wrote, so there was something; Redis 7.0 counts what it only read, too.
    expect(await other.exists('{seatkeeper}:replicated')).toBe(1)
    servers.thaw()
    expect(await ledger.applySnapshot(anOffer(anOrder()))).toMatchObject({ result: 'same' })
  })

  it('confirms nothing after its connection was lost, though the next one finds all replicas in step', async () => {
    servers.freeze()
    const kept = hint()
    while (!(await other.info('clients')).includes('blocked_clients:1'));
    await other.call('CLIENT', 'KILL', 'ID', String(await idOfBlocked()))
    servers.thaw()
    expect(await kept).toBe('REPLICAS_BEHIND')
  })

  it('lets many writes share one wait, so that none is late', async () => {
    expect(new Set(await Promise.all(Array.from({ length: 200 }, (_, order) => hint(order + 1))))).toEqual(
      new Set(['read']),
    )
    expect(await waits()).toBeLessThan(20)
    await redis.config('RESETSTAT')
    servers.freeze()
    expect(new Set(await Promise.all(Array.from({ length: 50 }, (_, order) => hint(order + 1))))).toEqual(
      new Set(['REPLICAS_BEHIND']),
    )
    expect(await waits()).toBeLessThan(5)
  })

  it('tells a failure of a script to its caller alone', async () => {
    const wrong = ledger.recordAttempt('s1' as never, { isActive: true, mode: null })
    await other.set('{seatkeeper}:seat:s2', 'no hash')
    const failing = ledger.recordAttempt('s2' as never, { isActive: true, mode: null })
    await expect(failing).rejects.toThrow('WRONGTYPE')
    await wrong
  })
})

describe('a ledger that waits for none', () => {
  it('sends no WAIT and writes no mark', async () => {
    expect(await hint(32, createLedger(redis))).toBe('read')
    expect(await waits()).toBe(0)
    expect(await redis.exists('{seatkeeper}:replicated')).toBe(0)
  })
})

async function idOfBlocked(): Promise<string | undefined> {
  const clients = String(await other.client('LIST')).split('\n')
  return /^id=(\d+)/.exec(clients.find((client) => /cmd=wait\b/.test(client)) ?? '')?.[1]
}
