import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { jobId } from '@seatkeeper/core'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { aWakeUp, enrollLane } from './agenda.fixture.ts'
import { openServer, type Bench } from './bench.fixture.ts'
import { producerConnection } from './connections.fixture.ts'
import { endsWithin } from './deadline.ts'
import { until } from './until.fixture.ts'
import { createWakeUps } from './wake-ups.ts'

/* Redis frozen, dead, full, or a replica: what BullMQ makes of it, and what we make of BullMQ. */
const first = aWakeUp(1)
const offline = 'enableOfflineQueue options is false'
let host: Awaited<ReturnType<typeof openServer>>
let bench: Bench

beforeAll(async () => {
  host = await openServer()
})
afterAll(() => host.stop())
beforeEach(async () => {
  bench = await host.bench()
})
afterEach(() => bench.close())

const freeze = () => process.kill(host.server.pid(), 'SIGSTOP')
const thaw = () => process.kill(host.server.pid(), 'SIGCONT')
const tookMs = async (work: () => Promise<unknown>) => {
  const fromMs = performance.now()
  await work()
  return performance.now() - fromMs
}

describe('a producer', () => {
  it('says no within two seconds while Redis is frozen, though the job may be written all the same', async () => {
    await bench.wakeUps.wake([aWakeUp(2)])
    freeze()
    try {
      expect(await tookMs(() => expect(bench.wakeUps.wake([first])).rejects.toThrow('timed out'))).toBeLessThan(2000)
    } finally {
      thaw()
    }
    await until('it was written', async () => (await bench.raw.getJob(jobId(first.item, 1))) !== undefined)
  })

  it('says no at once while Redis is dead, and works when it is back', async () => {
    await bench.wakeUps.wake([aWakeUp(2)])
    await host.server.kill()
    try {
      await until('it is cut off', () => bench.producer.connection.status !== 'ready')
      expect(await tookMs(() => expect(bench.wakeUps.wake([first])).rejects.toThrow(offline))).toBeLessThan(1000)
    } finally {
      await host.server.restart()
    }
    await until('it is back', () => bench.producer.connection.status === 'ready')
    await bench.wakeUps.wake([first])
    expect(await bench.raw.getWaitingCount()).toBe(2)
  })

  it('that started while Redis was dead works when it is back; without our guard it never does', async () => {
    await host.server.kill()
    const connection = bench.connect(producerConnection)
    const place = { connection, prefix: bench.prefix }
    const wakeUps = createWakeUps({ ...place, onError: () => undefined })
    const unguarded = new Queue(enrollLane, { ...place, skipWaitingForReady: true })
    unguarded.on('error', () => undefined)
    bench.defer(() => wakeUps.close())
    try {
      await expect(wakeUps.wake([first])).rejects.toThrow(offline)
      await expect(unguarded.add('x', {})).rejects.toThrow(offline)
    } finally {
      await host.server.restart()
    }
    await until('it is back', () => connection.status === 'ready')
    await wakeUps.wake([first])
    await expect(unguarded.add('x', {})).rejects.toThrow(offline)
  })

  it('without our guard waits without end for a dead Redis', async () => {
    const connection = new Redis({ path: '/nonexistent/redis.sock', maxRetriesPerRequest: 1 })
    connection.on('error', () => undefined)
    const queue = new Queue(enrollLane, { connection, prefix: bench.prefix })
    queue.on('error', () => undefined)
    expect(await endsWithin(1000, queue.add('x', {}))).toBe(false)
    connection.disconnect()
    await queue.close()
  })

  it('leaves a replica that was the primary, and works when there is one again', async () => {
    await bench.wakeUps.wake([aWakeUp(2)])
    const admin = bench.connect({})
    await admin.replicaof('127.0.0.1', 1)
    try {
      expect(await tookMs(() => expect(bench.wakeUps.wake([first])).rejects.toThrow('READONLY'))).toBeLessThan(2000)
    } finally {
      await admin.replicaof('NO', 'ONE')
    }
    await until('it works again', () =>
      bench.wakeUps.wake([first]).then(
        () => true,
        () => false,
      ),
    )
  })
})

describe('a worker', () => {
  it('picks up within five seconds of the return of Redis', async () => {
    bench.start()
    await until('it blocks', () => bench.isBlocked())
    const retries = retriesOf(bench.consumer.connection)
    await host.server.kill()
    try {
      await until('its pauses are the longest', () => retries.made > 10, 20_000)
    } finally {
      await host.server.restart()
    }
    const fromMs = performance.now()
    await until('the producer is back', () => bench.producer.connection.status === 'ready')
    await bench.wakeUps.wake([first])
    await until('it runs', () => bench.attempts.length === 1)
    expect(performance.now() - fromMs).toBeLessThan(5000)
  })

  it('connects again while it meets a replica, and goes on when there is a primary', async () => {
    bench.start()
    await until('it blocks', () => bench.isBlocked())
    const retries = retriesOf(bench.consumer.connection)
    const admin = bench.connect({})
    await admin.replicaof('127.0.0.1', 1)
    try {
      await until('it was refused twice', () => retries.made > 1, 20_000)
    } finally {
      await admin.replicaof('NO', 'ONE')
    }
    await until('the producer is back', () => bench.producer.connection.status === 'ready')
    await bench.wakeUps.wake([first])
    await until('it runs', () => bench.attempts.length === 1, 5000)
    expect(bench.attempts).toHaveLength(1)
  })

  it('closes within its bound while Redis is dead', async () => {
    const worker = bench.start(undefined, { closeWithinMs: 200 })
    await until('it blocks', () => bench.isBlocked())
    await host.server.kill()
    try {
      expect(await tookMs(() => worker.close())).toBeLessThan(5000)
    } finally {
      await host.server.restart()
    }
  })

  it('asks a full Redis some twenty times a second, and without our brake many times as often', async () => {
    const admin = bench.connect({})
    await bench.wakeUps.wake([first])
    await admin.config('SET', 'maxmemory', '1')
    try {
      const braked = bench.start()
      const asked = await asksIn(admin)
      await braked.close()
      expect(asked).toBeLessThan(150)
      const unbraked = new Worker(enrollLane, async () => undefined, bench.consumer)
      unbraked.on('error', () => undefined)
      expect(await asksIn(admin)).toBeGreaterThan(asked * 4)
      await unbraked.close()
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
  })
})

function retriesOf(connection: Redis): { made: number } {
  const retries = { made: 0 }
  connection.on('reconnecting', () => {
    retries.made += 1
  })
  return retries
}

/** Calls of scripts in two seconds. */
async function asksIn(admin: Redis): Promise<number> {
  const calls = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0)
  const before = await calls()
  const fromMs = performance.now()
  await until('two seconds have passed', () => performance.now() - fromMs > 2000)
  return (await calls()) - before
}
