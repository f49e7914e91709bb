import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { jobId } from '@seatkeeper/core'
import { DelayedError, UnrecoverableError, Worker, type Processor, type Queue, type WorkerOptions } from 'bullmq'
import { aWakeUp, enrollLane } from './agenda.fixture.ts'
import { openServer, type Bench } from './bench.fixture.ts'
import { endsWithin } from './deadline.ts'
import { jobOptions } from './job-options.ts'
import { until } from './until.fixture.ts'
import { stalling } from './worker.ts'

/*
 * What BullMQ does that we rely on or guard against, with the guard off where that is cheap: run on each new release. A
 * test that says "without our guard" and turns red means that the guard may go.
 */
const first = aWakeUp(1)
const firstId = jobId(first.item, first.generation)
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

function rawWorker(processor: Processor | null, some: Partial<WorkerOptions> = {}) {
  const worker = new Worker(enrollLane, processor, { ...bench.consumer, ...some })
  worker.on('error', () => undefined)
  bench.defer(() => worker.close())
  return worker
}
const counted = async (state: 'completed' | 'failed' | 'delayed', count: number) =>
  until(`${count} ${state}`, async () => (await bench.raw.getJobCounts(state))[state] === count)

/** Takes a job and vanishes, as a killed worker does; ends when a check found it stalled. */
async function crash(maxStalledCount: number) {
  const opts = { lockDuration: 20, stalledInterval: 1, maxStalledCount, skipLockRenewal: true, autorun: false }
  const worker = new Worker(enrollLane, null, { ...bench.consumer, ...opts })
  worker.on('error', () => undefined)
  expect(await worker.getNextJob('a token', { block: false })).toBeDefined()
  await until('it is found stalled', async () => (await worker.getBackend().moveStalledJobsToWait()).length === 1)
  await worker.close()
}
async function crashes(count: number, maxStalledCount: number) {
  for (let done = 0; done < count; done += 1) await crash(maxStalledCount)
}

/** Runs 400 jobs after `from` others. */
async function run(queue: Pick<Queue, 'addBulk'>, from: number) {
  const ids = Array.from({ length: 400 }, (_, index) => `job-${from + index}`)
  await queue.addBulk(ids.map((id) => ({ name: 'x', data: {}, opts: { ...jobOptions, jobId: id } })))
  await counted('completed', from + 400)
}
const events = () => bench.producer.connection.xlen(bench.raw.toKey('events'))

const backoffStrategy = (_attempts: number, _type?: string, error?: Error) => Number(error?.message)

describe('job ids', () => {
  it.each(['a:b', '42'])('refuse %s, which is why ours hold hyphens and letters only', async (id) => {
    await expect(bench.raw.add('x', {}, { jobId: id })).rejects.toThrow('Custom Id')
  })

  it('take ours', async () => {
    expect(firstId).toMatch(/^[a-z][\w-]*$/)
    expect((await bench.raw.add('x', {}, { jobId: firstId })).id).toBe(firstId)
  })

  it('stay taken after the end: an add returns normally and adds nothing, so the sweep removes first', async () => {
    rawWorker(async () => undefined)
    await bench.raw.add('x', { n: 1 }, { jobId: firstId })
    await counted('completed', 1)
    await bench.raw.add('x', { n: 2 }, { jobId: firstId })
    expect(await bench.raw.getJobState(firstId)).toBe('completed')
    expect((await bench.raw.getJob(firstId))?.data).toEqual({ n: 1 })
  })
})

describe('crashes', () => {
  it('cost no attempt, and a job survives five of them with our limit', async () => {
    await bench.wakeUps.wake([first])
    await crashes(5, stalling.maxStalledCount)
    bench.start()
    await counted('completed', 1)
    expect(await bench.raw.getJob(firstId)).toMatchObject({ attemptsMade: 1, stalledCounter: 5 })
  })

  it('without our limit, fail a job at the second one, with attempts left', async () => {
    await bench.wakeUps.wake([first])
    await crashes(2, 1)
    rawWorker(async () => undefined)
    await counted('failed', 1)
    expect((await bench.raw.getJob(firstId))?.failedReason).toBe('job stalled more than allowable limit')
  })
})

describe('what is thrown', () => {
  it('costs no attempt if it is a DelayedError, and an attempt if it is anything else', async () => {
    const thrown = [new DelayedError(), new Error('odd')]
    rawWorker(async (job, token) => {
      const error = thrown.shift()
      if (error instanceof DelayedError) await job.moveToDelayed(Date.now(), token)
      if (error !== undefined) throw error
    })
    await bench.raw.add('x', {}, { attempts: 5, jobId: firstId })
    await counted('completed', 1)
    expect(await bench.raw.getJob(firstId)).toMatchObject({ attemptsStarted: 3, attemptsMade: 2 })
  })

  it('ends a job with attempts left if it is an UnrecoverableError', async () => {
    rawWorker(() => Promise.reject(new UnrecoverableError('LMS_COURSE_UNKNOWN')))
    await bench.raw.add('x', {}, { ...jobOptions, jobId: firstId })
    await counted('failed', 1)
    expect(await bench.raw.getJob(firstId)).toMatchObject({ failedReason: 'LMS_COURSE_UNKNOWN', attemptsMade: 1 })
  })

  it('decides the delay of the next attempt to the millisecond', async () => {
    rawWorker(() => Promise.reject(new Error('61234')), { settings: { backoffStrategy } })
    await bench.raw.add('x', {}, { ...jobOptions, jobId: firstId })
    await counted('delayed', 1)
    expect((await bench.raw.getJob(firstId))?.delay).toBe(61_234)
  })

  it('is stored with its stack, unless no line of it is allowed', async () => {
    rawWorker(() => Promise.reject(new UnrecoverableError('LMS_ERROR')))
    await bench.raw.add('x', {}, { jobId: 'with' })
    await bench.raw.add('x', {}, { ...jobOptions, jobId: 'without' })
    await counted('failed', 2)
    expect((await bench.raw.getJob('with'))?.stacktrace).toHaveLength(1)
    expect((await bench.raw.getJob('without'))?.stacktrace).toEqual([])
  })
})

describe('what is kept', () => {
  it('is hundreds of events at most, and without our bound thousands', async () => {
    rawWorker(async () => undefined, { concurrency: 50 })
    await run(bench.raw, 0)
    expect(await events()).toBeGreaterThan(1000)
    await bench.wakeUps.wake([aWakeUp(1, { delayMs: 60_000 })])
    await run(bench.raw, 400)
    expect(await events()).toBeLessThan(400)
  })

  it('is bounded by age and by number in every job of ours', async () => {
    await bench.wakeUps.wake([first])
    const job = await bench.raw.getJob(firstId)
    expect(job?.opts.removeOnComplete).toEqual({ age: 3600, count: 1000 })
    expect(job?.opts.removeOnFail).toEqual({ age: 86_400, count: 1000 })
  })

  it('lies under the hash tag of the prefix, so that a Cluster keeps it in one slot', async () => {
    bench.start()
    await bench.wakeUps.wake([first])
    await counted('completed', 1)
    const keys = await bench.producer.connection.keys('*enroll*')
    const ours = keys.filter((key) => key.includes(bench.prefix))
    expect(ours.length).toBeGreaterThan(3)
    expect(ours.every((key) => key.startsWith(`${bench.prefix}:`))).toBe(true)
  })
})

describe('a worker', () => {
  it('that is paused without our guard still runs the job its blocked fetch brings', async () => {
    const ran: (string | undefined)[] = []
    const worker = rawWorker(async (job) => void ran.push(job.id))
    await until('it blocks', () => bench.isBlocked())
    await worker.pause(true)
    await bench.raw.add('x', {}, { jobId: 'job-1' })
    await bench.raw.add('x', {}, { jobId: 'job-2' })
    await until('one ran', () => ran.length === 1)
    expect(await bench.raw.getWaitingCount()).toBe(1)
  })

  it('gets a cancellation signal only if its processor names three parameters', async () => {
    const seen: unknown[] = []
    rawWorker(async (_job, _token, signal) => void seen.push(signal?.aborted))
    await bench.raw.add('x', {})
    await until('it ran', () => seen.length === 1)
    expect(seen).toEqual([false])
  })

  it('closes while a job is put back again and again', async () => {
    let runs = 0
    const worker = rawWorker(async (job, token) => {
      runs += 1
      await job.moveToDelayed(Date.now(), token)
      throw new DelayedError()
    })
    await bench.raw.add('x', {})
    await until('it goes round', () => runs > 20)
    expect(await endsWithin(5000, worker.close())).toBe(true)
  })
})
