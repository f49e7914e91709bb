import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { jobId } from '@seatkeeper/core'
import { aWakeUp, anItem, campus, enrollLane } from './agenda.fixture.ts'
import { openServer, type Bench } from './bench.fixture.ts'
import { deadLetterLane, letterId } from './dead-letter.ts'
import { startSweep, type SweepOptions, type SweepReport } from './sweep.ts'
import { until } from './until.fixture.ts'

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

function sweeping(some: Partial<SweepOptions> = {}) {
  const reports: SweepReport[] = []
  const { memory, gates, wakeUps, deadLetters, errors } = bench
  const onError = (error: Error) => void errors.push(error)
  const onSwept = (report: SweepReport) => void reports.push(report)
  const sweep = startSweep({
    agenda: memory.agenda,
    gates,
    wakeUps,
    deadLetters,
    everyMs: 60_000,
    onSwept,
    onError,
    ...some,
  })
  bench.defer(() => sweep.close())
  return { sweep, reports }
}

const letters = () => bench.producer.connection.lrange(`${bench.prefix}:${deadLetterLane}:wait`, 0, -1)

describe('startSweep', () => {
  it('wakes what is due and has no living job, at once and at each turn', async () => {
    const { sweep, reports } = sweeping()
    await sweep.sweepNow()
    expect(await bench.raw.getWaitingCount()).toBe(5)
    await bench.raw.remove(jobId(aWakeUp(2).item, 1))
    await sweep.sweepNow()
    expect(reports.map(({ woken }) => woken)).toEqual([5, 1])
  })

  it('heals a Redis that lost all of BullMQ’s keys', async () => {
    const { sweep } = sweeping()
    await sweep.sweepNow()
    await bench.producer.connection.flushall()
    await sweep.sweepNow()
    expect(await bench.raw.getWaitingCount()).toBe(5)
  })

  it('skips a lane behind a shut gate', async () => {
    await bench.gates.shut(`lms.${campus}`, 'closed', 'LMS_UNREACHABLE', 1000)
    const { sweep } = sweeping()
    await sweep.sweepNow()
    expect((await bench.wakeUps.depths([enrollLane])).get(enrollLane)).toMatchObject({ waiting: 0 })
  })

  it('asks for no more than its limit', async () => {
    const { sweep } = sweeping({ limit: 2 })
    await sweep.sweepNow()
    expect(await bench.raw.getWaitingCount()).toBe(2)
  })

  it('makes the dead letters equal the dead items', async () => {
    const died = { status: 'dead', failure: { code: 'LMS_COURSE_UNKNOWN', atMs: 5 } } as const
    bench.memory.set(anItem(1, died))
    bench.memory.set(anItem(2, died))
    const { sweep, reports } = sweeping()
    await sweep.sweepNow()
    expect(await letters()).toEqual([letterId(anItem(2)), letterId(anItem(1))])
    bench.memory.set(anItem(1, { generation: 2 }))
    await sweep.sweepNow()
    expect(await letters()).toEqual([letterId(anItem(2))])
    expect(reports).toMatchObject([{ lettersAdded: 2 }, { lettersRemoved: 1 }])
  })

  it('goes on with the other lanes when one fails, and tells of it', async () => {
    const { agenda } = bench.memory
    const sweepOf: typeof agenda.sweep = (lane, limit) =>
      lane === enrollLane ? agenda.sweep(lane, limit) : Promise.reject(new Error('broken'))
    const { sweep } = sweeping({
      agenda: { ...agenda, lanes: async () => ['enroll.broken', enrollLane], sweep: sweepOf },
    })
    await expect(sweep.sweepNow()).rejects.toThrow('1 lanes could not be swept')
    expect(await bench.raw.getWaitingCount()).toBe(5)
  })

  it('never overlaps itself', async () => {
    let running = 0
    let most = 0
    const lanes = async () => {
      running += 1
      most = Math.max(most, running)
      await bench.producer.connection.ping()
      running -= 1
      return []
    }
    const { sweep } = sweeping({ agenda: { ...bench.memory.agenda, lanes }, everyMs: 1 })
    await Promise.all([sweep.sweepNow(), sweep.sweepNow(), sweep.sweepNow()])
    expect(most).toBe(1)
  })

  it('survives a Redis that is away', async () => {
    const { sweep } = sweeping({ everyMs: 20 })
    await sweep.sweepNow()
    await host.server.kill()
    await until('it is told', () => bench.errors.some(({ message }) => !message.includes('connect')))
    await host.server.restart()
    await bench.memory.agenda.lanes()
    await until('it sweeps again', async () => {
      await bench.raw.remove(jobId(aWakeUp(1).item, 1))
      return sweep.sweepNow().then(
        () => true,
        () => false,
      )
    })
    expect(await bench.raw.getWaitingCount()).toBe(5)
  })
})
