import { afterAll, beforeAll, beforeEach } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { createLedger, type RedisLedger } from './ledger.ts'

export { startReplicatedRedis, type ReplicatedRedis } from './replicated-redis.fixture.ts'

/** A private Redis of a test file, and the ledger of the test that runs. Not part of the package's entry. */
export interface LedgerAtHand {
  readonly server: EmbeddedRedis
  readonly redis: Redis
  /** Before every key of this test's ledger. */
  readonly prefix: string
  readonly ledger: RedisLedger
}

/** Starts a Redis before the tests that follow and stops it after them; each of them finds a ledger that is empty. */
export function useLedger(): LedgerAtHand {
  let server: EmbeddedRedis
  let redis: Redis
  let ledger: RedisLedger
  let prefix: string
  let tests = 0

  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis(server.url)
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })
  beforeEach(() => {
    tests += 1
    prefix = `{test-${tests}}:`
    ledger = createLedger(redis, prefix)
  })

  return {
    get server() {
      return server
    },
    get redis() {
      return redis
    },
    get prefix() {
      return prefix
    },
    get ledger() {
      return ledger
    },
  }
}

/** All that Redis holds of the ledger, by key. */
export async function dumpOf({
  redis,
  prefix,
}: Pick<LedgerAtHand, 'redis' | 'prefix'>): Promise<Record<string, unknown>> {
  const keys = (await redis.keys(`${prefix}*`)).toSorted()
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const)))
}
