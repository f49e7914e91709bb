import { afterEach, describe, expect, it } from '@jest/globals'
import { startRedis } from '@seatkeeper/simulators'
import { createLogger } from './logger.ts'
import { checkRedisSafety, type SafetyDemands } from './redis-safety.ts'
import { openWay } from './redis-way.fixture.ts'
import { closeRedis, connectRedis, untilRedisReady } from './redis.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

const demands: SafetyDemands = { appendfsync: 'always', nowMs: Date.now }

async function start(...settings: readonly string[]): Promise<string> {
  const redis = await startRedis({ arguments: settings })
  cleanups.push(() => redis.stop())
  return redis.url
}

async function connect(url: string) {
  const redis = connectRedis(url, 'ledger', createLogger('silent'))
  cleanups.push(() => closeRedis(redis))
  await untilRedisReady(redis, 5000)
  return redis
}

async function findings(url: string, wanted: Partial<SafetyDemands> = {}) {
  const found = await checkRedisSafety(await connect(url), { ...demands, ...wanted })
  return found.map(({ code, level }) => `${code} ${level}`)
}

/** A way to a Redis that says that it is another version. */
async function disguise(socket: string, version: string): Promise<string> {
  const way = await openWay(socket, (said) =>
    said.replace(/(?<=redis_version:)\S+/, (real) => version.padEnd(real.length, '0')),
  )
  cleanups.push(() => way.close())
  return way.url
}

describe('checkRedisSafety', () => {
  it('has nothing against a Redis that keeps what it confirms', async () => {
    expect(await findings(await start())).toEqual([])
    expect(await findings(await start(), { appendfsync: 'everysec' })).toEqual([])
  })

  it.each([
    [['--maxmemory-policy', 'allkeys-lru'], ['REDIS_EVICTS unsafe']],
    [['--maxmemory-policy', 'volatile-ttl'], ['REDIS_EVICTS unsafe']],
    [['--appendonly', 'no'], ['REDIS_AOF_OFF unsafe']],
    [['--appendfsync', 'everysec'], ['REDIS_FSYNC_WEAK unsafe']],
    [['--appendfsync', 'no'], ['REDIS_FSYNC_WEAK unsafe']],
    [['--replicaof', '127.0.0.1 1', '--replica-serve-stale-data', 'yes'], ['REDIS_REPLICA unsafe']],
    [['--maxmemory', '1mb'], ['REDIS_MEMORY_HIGH warning']],
    [
      ['--maxmemory-policy', 'allkeys-random', '--appendonly', 'no'],
      ['REDIS_EVICTS unsafe', 'REDIS_AOF_OFF unsafe'],
    ],
  ])('sees through %j', async (settings, expected) => {
    expect(await findings(await start(...settings))).toEqual(expected)
  })

  it('accepts everysec where the operator does, but nothing weaker', async () => {
    const url = await start('--appendfsync', 'everysec')
    expect(await findings(url, { appendfsync: 'everysec' })).toEqual([])
    const redis = await connect(url)
    await redis.config('SET', 'appendfsync', 'no')
    expect(await findings(url, { appendfsync: 'everysec' })).toEqual(['REDIS_FSYNC_WEAK unsafe'])
  })

  it('misses the replicas that are to have each write, and none otherwise', async () => {
    const url = await start()
    expect(await findings(url)).toEqual([])
    expect(await findings(url, { replicas: 1 })).toEqual(['REDIS_REPLICAS_FEW unsafe'])
    const followed = await openWay(url, (said) => said.replace('connected_slaves:0', 'connected_slaves:2'))
    cleanups.push(() => followed.close())
    expect(await findings(followed.url, { replicas: 2 })).toEqual([])
    expect(await findings(followed.url, { replicas: 3 })).toEqual(['REDIS_REPLICAS_FEW unsafe'])
  })

  it.each([
    [3000, '3.0 s ahead of'],
    [-90_000, '90.0 s behind'],
  ])('sees a clock that is off by %i ms', async (offMs, words) => {
    const redis = await connect(await start())
    const [finding] = await checkRedisSafety(redis, { ...demands, nowMs: () => Date.now() + offMs })
    expect(finding).toEqual({
      code: 'REDIS_CLOCK_SKEWED',
      level: 'unsafe',
      sentence: `The clock of this machine is ${words} that of Redis; run NTP on both.`,
    })
  })

  it('does not take a slow answer for a clock that is off', async () => {
    const times = [Date.now() - 30_000, Date.now() + 30_000]
    const redis = await connect(await start())
    expect(await checkRedisSafety(redis, { ...demands, nowMs: () => times.shift() ?? 0 })).toEqual([])
  })

  it.each([
    ['6.0.16', ['REDIS_TOO_OLD unsafe']],
    ['5.9.99', ['REDIS_TOO_OLD unsafe']],
    ['6.2.0', []],
    ['10.0.1', []],
  ])('judges version %j', async (version, expected) => {
    expect(await findings(await disguise(await start(), version))).toEqual(expected)
  })

  it.each([
    [['-config'], ['REDIS_FSYNC_UNKNOWN unknown']],
    [
      ['-config', '-flushall', '-keys', '-time'],
      ['REDIS_FSYNC_UNKNOWN unknown', 'REDIS_CLOCK_UNKNOWN unknown'],
    ],
    [['-info'], ['REDIS_INFO_UNKNOWN unknown']],
  ])('goes on with what an ACL leaves it (%j)', async (rules, expected) => {
    const url = await start('--maxmemory-policy', 'noeviction')
    const admin = await connect(url)
    await admin.call('ACL', 'SETUSER', 'default', ...rules)
    expect(await findings(url)).toEqual(expected)
  })

  it.each([[['-@write']], [['-@scripting']], [['resetkeys', '~other:*']]])(
    'sees an ACL that lets us write nothing (%j)',
    async (rules) => {
      const url = await start()
      const admin = await connect(url)
      await admin.call('ACL', 'SETUSER', 'default', ...rules)
      expect(await findings(url)).toEqual(['REDIS_FORBIDS_WRITES unsafe'])
    },
  )

  it('knows a Redis without CONFIG from one that is unsafe', async () => {
    const url = await start('--maxmemory-policy', 'allkeys-lru', '--rename-command', 'CONFIG', '')
    expect(await findings(url)).toEqual(['REDIS_EVICTS unsafe', 'REDIS_FSYNC_UNKNOWN unknown'])
  })

  it('throws when Redis does not answer', async () => {
    const redis = connectRedis('/nowhere/redis.sock', 'ledger', createLogger('silent'))
    cleanups.push(() => closeRedis(redis))
    await expect(checkRedisSafety(redis, demands)).rejects.toThrow("isn't writeable")
  })
})
