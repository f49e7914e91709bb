import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { jobId, type SeatId } from '@seatkeeper/core'
import { aWakeUp, enrollLane } from './agenda.fixture.ts'
import { dataOf, openServer, type Bench } from './bench.fixture.ts'
import { until } from './until.fixture.ts'

const idOf = (wakeUp: ReturnType<typeof aWakeUp>) => jobId(wakeUp.item, wakeUp.generation)
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

describe('wake', () => {
  it('adds one job per wake-up, with ids and a generation and nothing else', async () => {
    const wakeUp = aWakeUp(1, { generation: 7 })
    await bench.wakeUps.wake([wakeUp])
    const job = await bench.raw.getJob(idOf(wakeUp))
    expect(job?.name).toBe('enroll-seat')
    expect(job?.data).toEqual(dataOf(wakeUp))
  })

  it('adds nothing for an id that lives, and another job for the next generation', async () => {
    await bench.wakeUps.wake([aWakeUp(1)])
    await bench.wakeUps.wake([aWakeUp(1), aWakeUp(1, { generation: 2 })])
    expect(await bench.raw.getWaitingCount()).toBe(2)
  })

  it('delays what is not due yet', async () => {
    await bench.wakeUps.wake([aWakeUp(1, { delayMs: 60_000 })])
    expect(await bench.raw.getDelayedCount()).toBe(1)
  })

  it('refuses data that is not of the type', async () => {
    const unreadable = aWakeUp(1, { generation: 0 })
    await expect(bench.wakeUps.wake([unreadable])).rejects.toThrow('generation')
  })

  it('lets news overtake housekeeping', async () => {
    await bench.wakeUps.wake([aWakeUp(1)], 'housekeeping')
    await bench.wakeUps.wake([aWakeUp(2)])
    const order: SeatId[] = []
    bench.start(async ({ seat }) => {
      order.push(seat)
      return { status: 'applied' }
    })
    await until('both ran', () => order.length === 2)
    expect(order.map((seat) => seat.at(-1))).toEqual(['2', '1'])
  })
})

describe('ensure', () => {
  it('leaves jobs alone that are waiting, delayed, prioritized or active', async () => {
    const started = Promise.withResolvers<undefined>()
    const end = Promise.withResolvers<undefined>()
    await bench.wakeUps.wake([aWakeUp(1)])
    const worker = bench.start(async () => {
      started.resolve(undefined)
      await end.promise
      return { status: 'applied' }
    })
    await started.promise
    worker.pause()
    await bench.wakeUps.wake([aWakeUp(2), aWakeUp(3, { delayMs: 60_000 })])
    await bench.wakeUps.wake([aWakeUp(4)], 'housekeeping')
    expect(await bench.wakeUps.ensure([1, 2, 3, 4].map((n) => aWakeUp(n)))).toBe(0)
    expect(await depth(bench)).toEqual({ waiting: 1, prioritized: 1, active: 1, delayed: 1, failed: 0 })
    end.resolve(undefined)
  })

  it('adds anew what is missing, completed, failed, or in none of the lists', async () => {
    const worker = bench.start()
    await bench.wakeUps.wake([aWakeUp(1)])
    await until('it completed', async () => (await bench.raw.getCompletedCount()) === 1)
    await worker.close()
    await bench.wakeUps.wake([aWakeUp(2), aWakeUp(3)])
    await bench.consumer.connection.lrem(bench.raw.toKey('wait'), 1, idOf(aWakeUp(2)))
    expect(await bench.wakeUps.ensure([1, 2, 3, 4].map((n) => aWakeUp(n)))).toBe(3)
    expect(await depth(bench)).toMatchObject({ waiting: 4 })
    expect(await bench.raw.getCompletedCount()).toBe(0)
  })

  it('asks for nothing when given nothing', async () => {
    expect(await bench.wakeUps.ensure([])).toBe(0)
  })
})

const depth = async ({ wakeUps }: Bench) => (await wakeUps.depths([enrollLane])).get(enrollLane)

describe('purge', () => {
  it('removes finished jobs and events of an idle lane when they are old enough, and no other', async () => {
    const worker = bench.start()
    await bench.wakeUps.wake([aWakeUp(1), aWakeUp(2)])
    await until('both were done', async () => (await bench.raw.getCompletedCount()) === 2)
    await worker.close()
    await bench.wakeUps.wake([aWakeUp(3)])
    const events = () => bench.producer.connection.xlen(bench.raw.toKey('events'))
    expect(await bench.wakeUps.purge([enrollLane], 3_600_000)).toBe(0)
    expect([await bench.raw.getCompletedCount(), (await events()) > 0]).toEqual([2, true])
    await until('they are older', async () => (await bench.wakeUps.purge([enrollLane], 1)) === 2)
    expect(await bench.raw.getCompletedCount()).toBe(0)
    await until('their events are older too', async () => {
      await bench.wakeUps.purge([enrollLane], 1)
      return (await events()) === 0
    })
    expect(await bench.raw.getWaitingCount()).toBe(1)
  })
})
