import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from '@jest/globals'
import { startRedis } from '@seatkeeper/simulators'
import { createLogger, type Logger } from './logger.ts'
import { openWay } from './redis-way.fixture.ts'
import { closeRedis, connectRedis, untilRedisReady, type RedisPurpose } from './redis.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

const silent = createLogger('silent')

async function start() {
  const server = await startRedis()
  cleanups.push(() => server.stop())
  return server
}

async function connect(url: string, purpose: RedisPurpose, log: Logger = silent) {
  const redis = connectRedis(url, purpose, log)
  cleanups.push(() => closeRedis(redis))
  await untilRedisReady(redis, 5000)
  return redis
}

async function timed(act: () => Promise<unknown>) {
  const begun = performance.now()
  const result = await act().catch((error: unknown) => error)
  return { result, tookMs: performance.now() - begun }
}

/** Waits for a condition; throws after ten seconds. */
async function until(condition: () => boolean | Promise<boolean>) {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition was not met within 10 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function aWay(socket: string) {
  const way = await openWay(socket)
  cleanups.push(() => way.close())
  return way
}

describe('connectRedis', () => {
  it.each(['worker', 'producer', 'ledger'] as const)('talks over a socket and over TCP, as a %s', async (purpose) => {
    const server = await start()
    const overSocket = await connect(server.url, purpose)
    const overTcp = await connect((await aWay(server.url)).url, purpose)
    await overSocket.set('seat', 'taken')
    expect(await overTcp.get('seat')).toBe('taken')
    expect(String(await overTcp.client('LIST'))).toMatch(`name=seatkeeper-${purpose}`)
  })

  it.each(['producer', 'ledger'] as const)('fails at once while Redis is away, as a %s', async (purpose) => {
    const server = await start()
    const redis = await connect(server.url, purpose)
    await server.kill()
    await until(() => redis.status !== 'ready')
    const { result, tookMs } = await timed(() => redis.set('a', 1))
    expect(result).toBeInstanceOf(Error)
    expect(tookMs).toBeLessThan(1000)
  })

  it('fails within two seconds while Redis is frozen, and goes on when it thaws', async () => {
    const server = await start()
    const redis = await connect(server.url, 'producer')
    process.kill(server.pid(), 'SIGSTOP')
    const { result, tookMs } = await timed(() => redis.set('a', 1))
    process.kill(server.pid(), 'SIGCONT')
    expect(result).toMatchObject({ message: 'Command timed out' })
    expect(tookMs).toBeLessThan(2000)
    await until(async () => (await redis.get('a').catch(() => null)) === '1')
  })

  it('waits as a worker, and goes on within two seconds of the return of Redis', async () => {
    const server = await start()
    const redis = await connect(server.url, 'worker')
    await server.kill()
    await until(() => redis.status === 'reconnecting')
    const pending = redis.set('a', 1)
    let attempts = 0
    redis.on('reconnecting', () => (attempts += 1))
    await until(() => attempts >= 10)
    await server.restart()
    const { result, tookMs } = await timed(() => pending)
    expect(result).toBe('OK')
    expect(tookMs).toBeLessThan(2000)
  })

  it('goes on by itself when a failover made its Redis read-only for a while', async () => {
    const server = await start()
    const [redis, admin] = [await connect(server.url, 'worker'), await connect(server.url, 'ledger')]
    await admin.replicaof('127.0.0.1', 1)
    const reconnects = once(redis, 'reconnecting')
    const pending = redis.set('a', 1)
    await reconnects
    await admin.replicaof('NO', 'ONE')
    expect(await pending).toBe('OK')
  })

  it('frees half-open connections, yet never cuts the longest blocking read', async () => {
    const server = await start()
    const way = await aWay(server.url)
    const [worker, producer] = [await connect(way.url, 'worker'), await connect(way.url, 'producer')]
    const sound = await connect(server.url, 'worker')
    const drops: unknown[] = []
    sound.on('close', () => drops.push('dropped'))
    way.goDead()
    const [freedWorker, freedProducer, blocked] = await Promise.all([
      timed(() => worker.set('a', 1)),
      timed(() => until(async () => (await producer.set('b', 2).catch(() => null)) === 'OK')),
      timed(() => sound.blpop('nothing', 10)),
    ])
    expect(freedWorker.result).toBe('OK')
    expect(freedWorker.tookMs).toBeLessThan(15_000)
    expect(freedProducer.result).toBeUndefined()
    expect(freedProducer.tookMs).toBeLessThan(8000)
    expect([blocked.result, drops]).toEqual([null, []])
  })

  it('says that Redis is away at most once a second, without its password', async () => {
    const stream = new PassThrough()
    const redis = connectRedis('redis://user:canary@127.0.0.1:1', 'producer', createLogger('warn', { stream }))
    cleanups.push(() => closeRedis(redis))
    let errors = 0
    redis.on('error', () => (errors += 1))
    await until(() => errors >= 5)
    const lines = String(stream.read()).trim().split('\n')
    expect(lines.length).toBeLessThan(errors)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      event: 'redis.error',
      purpose: 'producer',
      code: 'ECONNREFUSED',
    })
    expect(lines.join()).not.toMatch('canary')
  })
})

describe('untilRedisReady', () => {
  it('gives up after its time', async () => {
    const redis = connectRedis('/nowhere/redis.sock', 'worker', silent)
    cleanups.push(() => closeRedis(redis))
    await expect(untilRedisReady(redis, 50)).rejects.toThrow(
      'Redis did not answer within 0.05 s; start it or correct its address.',
    )
  })
})

describe('closeRedis', () => {
  it.each(['worker', 'producer'] as const)('ends a %s for good, whether or not Redis is there', async (purpose) => {
    const server = await start()
    const [sound, lost] = [await connect(server.url, purpose), connectRedis('/nowhere/redis.sock', purpose, silent)]
    await Promise.all([closeRedis(sound), closeRedis(lost)])
    expect([sound.status, lost.status]).toEqual(['end', 'end'])
  })

  it('gives up at once a worker that waits for Redis to return, with work in hand', async () => {
    const server = await start()
    const redis = await connect(server.url, 'worker')
    await server.kill()
    await until(() => redis.status === 'reconnecting')
    void redis.set('a', 1).catch(() => undefined)
    expect((await timed(() => closeRedis(redis))).tookMs).toBeLessThan(1500)
  })

  it('waits no longer than two seconds for a frozen Redis', async () => {
    const server = await start()
    const redis = await connect(server.url, 'worker')
    process.kill(server.pid(), 'SIGSTOP')
    const { tookMs } = await timed(() => closeRedis(redis))
    process.kill(server.pid(), 'SIGCONT')
    expect(tookMs).toBeLessThan(4000)
  })
})
