import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { aWakeUp, enrollLane } from './agenda.fixture.ts'
import { openServer, type Bench } from './bench.fixture.ts'
import { keepLanes } from './lane-keeper.ts'
import { startSweep } from './sweep.ts'
import { until } from './until.fixture.ts'
import type { LaneWorker } from './worker.ts'

let host: Awaited<ReturnType<typeof openServer>>
let bench: Bench
let told: string[]

beforeAll(async () => {
  host = await openServer()
})
afterAll(() => host.stop())
beforeEach(async () => {
  bench = await host.bench()
  told = []
})
afterEach(() => bench.close())

const stop = { lane: enrollLane, by: 'ops', reason: 'a test', atMs: 1 }

function keeping(workers: readonly LaneWorker[]) {
  const keeper = keepLanes({
    pauses: bench.memory.agenda,
    workers,
    pollMs: 20,
    onPaused: ({ lane }) => void told.push(`${lane} paused`),
    onResumed: (lane) => void told.push(`${lane} resumed`),
    onError: (error) => void bench.errors.push(error),
  })
  bench.defer(() => keeper.close())
}

describe('keepLanes', () => {
  it('lets a worker begin where nobody stopped the lane', async () => {
    keeping([bench.start(undefined, { isHeld: true })])
    await bench.wakeUps.wake([aWakeUp(1)])
    await until('the job was done', () => bench.attempts.length === 1)
    expect(told).toEqual([])
  })

  it('holds a lane over restarts, says so once, and lets it go on', async () => {
    bench.memory.paused.push(stop)
    await bench.wakeUps.wake([aWakeUp(1)])
    const worker = bench.start(undefined, { isHeld: true })
    keeping([worker])
    await until('it was told', () => told.length === 1)
    await until('the worker reads', async () => (await bench.raw.getWaitingCount()) === 1)
    const readings = bench.memory.readings()
    await until('it read again', () => bench.memory.readings() > readings + 3)
    expect([bench.attempts.length, await bench.raw.getWaitingCount()]).toEqual([0, 1])
    expect(worker.isProgressing()).toBe(true)
    bench.memory.paused.length = 0
    await until('the job was done', () => bench.attempts.length === 1)
    expect(told).toEqual([`${enrollLane} paused`, `${enrollLane} resumed`])
  })

  it('begins nothing before it has read which lanes are stopped', async () => {
    await bench.wakeUps.wake([aWakeUp(1)])
    const worker = bench.start(undefined, { isHeld: true })
    const fromMs = performance.now()
    await until('time to begin was there', () => bench.attempts.length > 0 || performance.now() - fromMs > 500)
    expect([bench.attempts.length, await bench.raw.getWaitingCount()]).toEqual([0, 1])
    keeping([worker])
    await until('the job was done', () => bench.attempts.length === 1)
  })

  it('stops a worker that runs, and an opening gate does not let it go', async () => {
    const worker = bench.start(undefined, { isHeld: true })
    keeping([worker])
    await bench.wakeUps.wake([aWakeUp(1)])
    await until('the first job was done', () => bench.attempts.length === 1)
    bench.memory.paused.push(stop)
    await until('it was told', () => told.length === 1)
    worker.pause()
    worker.resume()
    await bench.wakeUps.wake([aWakeUp(2)])
    const readings = bench.memory.readings()
    await until('it read again', () => bench.memory.readings() > readings + 10)
    expect(bench.attempts).toHaveLength(1)
  })
})

describe('startSweep and a stopped lane', () => {
  it('leaves its items alone', async () => {
    bench.memory.paused.push(stop)
    const { memory, gates, wakeUps, deadLetters, errors } = bench
    const options = { agenda: memory.agenda, gates, wakeUps, deadLetters, everyMs: 60_000, onSwept: () => undefined }
    const sweep = startSweep({ ...options, onError: (error) => void errors.push(error) })
    bench.defer(() => sweep.close())
    await sweep.sweepNow()
    expect(await bench.raw.getWaitingCount()).toBe(0)
    memory.paused.length = 0
    await sweep.sweepNow()
    expect(await bench.raw.getWaitingCount()).toBe(5)
  })
})
