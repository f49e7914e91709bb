import { describe, expect, it } from '@jest/globals'
import type { TombstoneCount } from '@seatkeeper/core'
import { emailOf } from '@seatkeeper/core/fixture'
import { Redis } from 'ioredis'
import { useLedger } from './fixture.ts'
import { createLedger, tellOfLostKeys } from './index.ts'

const at = useLedger()

/** What is told of a process that starts with these keys, on a connection that is not there yet. */
async function toldAtStart(...erasureKeys: readonly string[]): Promise<readonly TombstoneCount[]> {
  const redis = new Redis(at.server.url, { lazyConnect: true, enableOfflineQueue: false })
  const ledger = createLedger(redis, undefined, { erasureKeys })
  const told: TombstoneCount[] = []
  const { promise: counted, resolve } = Promise.withResolvers<void>()
  const countTombstones = () => ledger.countTombstones().finally(() => setImmediate(resolve))
  tellOfLostKeys(redis, { countTombstones }, (count) => told.push(count))
  await redis.connect()
  await counted
  await ledger.buryAddresses(erasureKeys.length === 0 ? [] : [emailOf('ada@example.org')]).catch(() => undefined)
  redis.disconnect()
  return told
}

describe('tellOfLostKeys', () => {
  it('tells once Redis is there of tombstones that are not recognised, and of nothing else', async () => {
    expect(await toldAtStart('a'.repeat(32))).toEqual([])
    expect(await toldAtStart('a'.repeat(32))).toEqual([])
    expect(await toldAtStart()).toEqual([{ recognised: 0, foreign: 1, unnamed: 0 }])
    expect(await toldAtStart('b'.repeat(32))).toEqual([{ recognised: 0, foreign: 1, unnamed: 0 }])
  })
})
