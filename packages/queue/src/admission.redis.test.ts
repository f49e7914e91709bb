import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { enrollSeat, jobId, JobFailure, type Outcome } from '@seatkeeper/core'
import type { Admitted } from './admission.ts'
import { aWakeUp, enrollLane } from './agenda.fixture.ts'
import { openServer, type Bench, type EnrollHandler } from './bench.fixture.ts'
import { until } from './until.fixture.ts'
import { startWorker } from './worker.ts'

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

const delayed = () => until('it is back', async () => (await bench.raw.getDelayedCount()) === 1)

/** A door that lets jobs in when it is opened, and what went through it. */
function aDoor(handler: EnrollHandler = async () => ({ status: 'applied' })) {
  const opened = Promise.withResolvers<undefined>()
  const seen = { waiting: 0, ran: 0, left: 0 }
  const counted: EnrollHandler = (data, context) => {
    seen.ran += 1
    return handler(data, context)
  }
  const admitted = {
    handler: counted,
    calls: () => 3,
    leave: async () => {
      seen.left += 1
    },
  }
  const admit = (signal: AbortSignal) => {
    seen.waiting += 1
    const closed = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => closed.reject(new JobFailure('DEADLINE_PASSED', 'told to stop')))
    return Promise.race([opened.promise.then(() => admitted), closed.promise])
  }
  return { admit, seen, open: () => opened.resolve(undefined) }
}

const throttled = (): Promise<Admitted<object>> =>
  Promise.reject(new JobFailure('LMS_THROTTLED', 'the LMS has us wait', { retryAfterMs: 30_000 }))

describe('startWorker, a job that must be let in', () => {
  it('lets it wait longer than its deadline, and leaves when it ran', async () => {
    const door = aDoor()
    const { consumer, memory, gates, deadLetters, attempts } = bench
    const prober = { ask: async () => ({ kind: 'well' }) as const }
    const deps = { ...consumer, agenda: memory.agenda, gate: 'lms.campus', gates, prober, deadLetters }
    const quiet = { onError: () => undefined, onAttempt: (report: (typeof attempts)[0]) => void attempts.push(report) }
    const worker = startWorker({ ...enrollSeat, deadlineMs: 1000 }, enrollLane, door, { ...deps, ...quiet })
    bench.defer(() => worker.close())
    await bench.wakeUps.wake([first])
    await until('it waits', () => door.seen.waiting === 1)
    const fromMs = performance.now()
    await until('the deadline is over', () => performance.now() - fromMs > 1200)
    door.open()
    await until('it is done', () => attempts.length === 1)
    expect(attempts).toMatchObject([{ end: 'outcome', outcome: { status: 'applied' }, calls: 3 }])
    expect(attempts[0]?.durationMs).toBeLessThan(1000)
    expect(attempts[0]?.waitedMs).toBeGreaterThan(1000)
    await until('it left', () => door.seen.left === 1)
  })

  it('ends the wait at once when the worker closes, and puts the job back without an attempt', async () => {
    const door = aDoor()
    const worker = bench.start(door, { closeWithinMs: 20_000 })
    await bench.wakeUps.wake([first])
    await until('it waits', () => door.seen.waiting === 1)
    const fromMs = performance.now()
    await worker.close()
    expect(performance.now() - fromMs).toBeLessThan(10_000)
    expect(bench.attempts).toMatchObject([{ end: 'cancelled' }])
    expect(await bench.raw.getDelayedCount()).toBe(1)
    expect(await bench.raw.getJob(firstId)).toMatchObject({ attemptsMade: 0 })
    expect(bench.memory.filings).toEqual([])
    expect(door.seen).toEqual({ waiting: 1, ran: 0, left: 0 })
  })

  it('does not run it if the gate was shut meanwhile', async () => {
    const door = aDoor()
    const worker = bench.start(door)
    await bench.wakeUps.wake([first])
    await until('it waits', () => door.seen.waiting === 1)
    worker.pause()
    door.open()
    await delayed()
    expect(door.seen).toEqual({ waiting: 1, ran: 0, left: 1 })
    expect(await bench.raw.getJob(firstId)).toMatchObject({ attemptsMade: 0 })
  })

  it('takes what keeps it out for the job’s own failure', async () => {
    bench.start({ admit: throttled })
    await bench.wakeUps.wake([first])
    await delayed()
    expect(bench.attempts).toMatchObject([{ end: 'failed', code: 'LMS_THROTTLED', action: { kind: 'back' } }])
    expect(await bench.gates.read('lms.campus')).toMatchObject({ state: 'throttled' })
    expect(await bench.raw.getJob(firstId)).toMatchObject({ attemptsMade: 0 })
  })

  it('leaves also when the handler fails', async () => {
    const door = aDoor(() => Promise.reject<Outcome>(new JobFailure('LMS_ERROR', 'failed')))
    bench.start(door)
    door.open()
    await bench.wakeUps.wake([first])
    await until('it left', () => door.seen.left === 1)
    expect(bench.attempts).toMatchObject([{ end: 'failed', code: 'LMS_ERROR' }])
  })

  it('counts as busy, not as stuck, while its jobs wait, and fetches no more than it has places', async () => {
    const door = aDoor()
    const worker = bench.start(door, { concurrency: 2, progress: { everyMs: 50, patienceMs: 300 } })
    await bench.wakeUps.wake([1, 2, 3, 4].map((n) => aWakeUp(n)))
    await until('two wait', () => door.seen.waiting === 2)
    const fromMs = performance.now()
    await until('it goes on waiting', () => worker.isProgressing() && performance.now() - fromMs > 500)
    expect(door.seen.waiting).toBe(2)
    expect(await bench.raw.getWaitingCount()).toBe(2)
    door.open()
    await until('all are done', () => bench.attempts.length === 4)
  })
})
