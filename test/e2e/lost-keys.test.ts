import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { EmailAddress } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import { closeRedis, connectRedis, createLogger, untilRedisReady } from '@seatkeeper/service'
import { startSystemProcesses, type SystemProcesses } from './processes.ts'
import { until } from './until.ts'

jest.setTimeout(300_000)

let system: SystemProcesses

beforeAll(async () => {
  system = await startSystemProcesses({ processes: {} })
})
afterAll(() => system.close())

async function eraseSomebody(): Promise<void> {
  const redis = connectRedis(system.redis.url, 'ledger', createLogger('silent'))
  await untilRedisReady(redis, 10_000)
  const ledger = createLedger(redis, undefined, { erasureKeys: ['k'.repeat(32)] })
  await ledger.buryAddresses([EmailAddress.parse('ada@example.org')])
  await closeRedis(redis)
}

describe('a process whose configuration lacks the key under which somebody was erased', () => {
  it.each(['ingress', 'orders'] as const)('says so at its start: %s', async (kind) => {
    await eraseSomebody()
    const { child } = await system.add(kind, kind)
    await until('it is told', () => child().stdout().includes('"erasure.key-missing"'), { withinMs: 120_000 })
    expect(child().stdout()).toMatch(/"foreign":1\b/)
  })
})
