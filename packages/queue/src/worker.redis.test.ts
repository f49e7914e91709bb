import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { enrollSeat, itemId, jobId, JobFailure, type FailureCode, type Outcome } from '@seatkeeper/core'
import { aWakeUp, campus, enrollLane } from './agenda.fixture.ts'
import { openServer, type Bench } from './bench.fixture.ts'
import { until } from './until.fixture.ts'
import { deadLetterLane, letterId } from './dead-letter.ts'
import { jobOptions } from './job-options.ts'
import type { Prober } from './prober.ts'
import { startWorker } from './worker.ts'

const first = aWakeUp(1)
const firstId = jobId(first.item, first.generation)
const failing = (code: FailureCode) => () =>
  Promise.reject(new JobFailure(code, 'names nobody', { theirWords: 'her name' }))
const untilStopped = (_data: object, { signal }: { readonly signal: AbortSignal }) =>
  new Promise<Outcome>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
const ledgerAway = () => Promise.reject(new Error('the ledger is away'))
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

const jobFirst = () => bench.raw.getJob(firstId)
const attempted = (count = 1) => until(`${count} attempts`, () => bench.attempts.length === count)
const saying = (kind: 'well' | 'unknown'): Prober => ({ ask: async () => ({ kind }) })
const illProber: Prober = {
  ask: async () => ({ kind: 'ill', failure: new JobFailure('LMS_UNREACHABLE', 'no answer') }),
}

describe('startWorker', () => {
  it('runs the handler with the data read and stores the outcome', async () => {
    bench.start(async ({ seat, generation }) => {
      expect({ kind: 'seat', lms: campus, seat }).toEqual(first.item)
      expect(generation).toBe(1)
      return { status: 'unchanged' }
    })
    await bench.wakeUps.wake([first])
    await until('it completed', async () => (await bench.raw.getCompletedCount()) === 1)
    expect((await jobFirst())?.returnvalue).toEqual({ status: 'unchanged' })
    expect(bench.attempts).toMatchObject([
      { lane: enrollLane, job: firstId, item: itemId(first.item), generation: 1, end: 'outcome' },
    ])
  })

  it('runs an attempt, its report included, within what is put around it', async () => {
    const around = new AsyncLocalStorage<object>()
    const seen: unknown[] = []
    bench.start(
      async () => {
        seen.push(around.getStore())
        return { status: 'unchanged' }
      },
      {
        aroundAttempt: (attempt, run) => around.run(attempt, run),
        onAttempt: () => void seen.push(around.getStore()),
      },
    )
    await bench.wakeUps.wake([first])
    await until('it completed', async () => (await bench.raw.getCompletedCount()) === 1)
    const attempt = { lane: enrollLane, change: null }
    expect(seen).toEqual([attempt, attempt])
  })

  it('tries again after the delay of the agenda, and keeps nothing but the code', async () => {
    let runs = 0
    const handler = async (): Promise<Outcome> => {
      runs += 1
      if (runs === 1) throw new JobFailure('LMS_ERROR', 'names nobody', { theirWords: 'her name' })
      return { status: 'applied' }
    }
    bench.start(handler, { random: () => 0.1 })
    await bench.wakeUps.wake([first])
    await attempted()
    await until('it waits', async () => (await bench.raw.getDelayedCount()) === 1)
    const waiting = await jobFirst()
    expect(waiting).toMatchObject({ failedReason: 'LMS_ERROR', stacktrace: [], attemptsMade: 1, delay: 200 })
    await attempted(2)
    expect(bench.attempts).toMatchObject([
      { end: 'failed', code: 'LMS_ERROR', action: { kind: 'retry', delayMs: 200 } },
      { end: 'outcome', outcome: { status: 'applied' } },
    ])
    expect(bench.memory.filings).toHaveLength(1)
  })

  it('puts a letter on the dead-letter queue at once when the agenda gives up', async () => {
    bench.start(failing('LMS_COURSE_UNKNOWN'))
    await bench.wakeUps.wake([first])
    await until('it failed', async () => (await bench.raw.getFailedCount()) === 1)
    expect(await jobFirst()).toMatchObject({ failedReason: 'LMS_COURSE_UNKNOWN', stacktrace: [] })
    const shown = await bench.producer.connection.hget(`${bench.prefix}:${deadLetterLane}:${letterId(first)}`, 'data')
    expect(JSON.parse(shown ?? '{}')).toMatchObject({ code: 'LMS_COURSE_UNKNOWN', item: itemId(first.item) })
  })

  it('puts the job back without an attempt while the LMS is out, and closes the gate', async () => {
    bench.start(failing('LMS_UNREACHABLE'), { prober: illProber })
    await bench.wakeUps.wake([first])
    await until('it is back', async () => (await bench.raw.getDelayedCount()) === 1)
    expect(await jobFirst()).toMatchObject({ attemptsMade: 0, attemptsStarted: 1 })
    expect(await bench.gates.read(`lms.${campus}`)).toMatchObject({ state: 'closed' })
    expect(bench.memory.filings).toEqual([])
  })

  it('puts a suspect back that has to wait for its turn, without an attempt', async () => {
    bench.start(async () => ({ status: 'quarantined' }))
    await bench.wakeUps.wake([first])
    await until('it is back', async () => (await bench.raw.getDelayedCount()) === 1)
    expect(await jobFirst()).toMatchObject({ attemptsMade: 0, delay: 1000 })
  })

  it('completes a wake-up of an older generation as superseded', async () => {
    const older = aWakeUp(1, { generation: 3 })
    bench.start(failing('LMS_ERROR'))
    await bench.wakeUps.wake([older])
    await until('it completed', async () => (await bench.raw.getCompletedCount()) === 1)
    expect((await bench.raw.getJob(jobId(older.item, 3)))?.returnvalue).toEqual({ status: 'superseded' })
  })

  it('lets a payload wait that it cannot read, and an unknown name too', async () => {
    await bench.raw.add('enroll-seat', { v: 2, campus }, { ...jobOptions, jobId: 'newer-data' })
    await bench.raw.add('move-seat', {}, { ...jobOptions, jobId: 'newer-name' })
    bench.start()
    await attempted(2)
    await until('both wait', async () => (await bench.raw.getDelayedCount()) === 2)
    const job = await bench.raw.getJob('newer-data')
    expect(job).toMatchObject({ attemptsMade: 0, delay: 60_000 })
    expect(bench.attempts.map(({ end }) => end)).toEqual(['unreadable', 'unreadable'])
  })

  it('ends a job at its deadline', async () => {
    const hasty = { ...enrollSeat, deadlineMs: 30 }
    const { consumer, memory, gates, deadLetters, attempts } = bench
    const deps = { ...consumer, agenda: memory.agenda, gate: 'lms.campus', gates, prober: saying('well'), deadLetters }
    const quiet = { onError: () => undefined, onAttempt: (report: (typeof attempts)[0]) => void attempts.push(report) }
    const worker = startWorker(hasty, enrollLane, untilStopped, { ...deps, ...quiet })
    bench.defer(() => worker.close())
    await bench.wakeUps.wake([first])
    await attempted()
    expect(attempts).toMatchObject([{ end: 'failed', code: 'DEADLINE_PASSED', action: { kind: 'retry' } }])
  })

  it('keeps a job whose failure could not be filed', async () => {
    bench.start(failing('LMS_ERROR'), { agenda: { ...bench.memory.agenda, fileFailure: ledgerAway } })
    await bench.wakeUps.wake([first])
    await until('it is back', async () => (await bench.raw.getDelayedCount()) === 1)
    expect(await jobFirst()).toMatchObject({ attemptsMade: 0 })
    expect(bench.errors.map(({ message }) => message)).toContain('the ledger is away')
  })

  it('keeps a job when telling of it fails', async () => {
    bench.start(undefined, {
      onAttempt: () => {
        throw new Error('the log is full')
      },
    })
    await bench.wakeUps.wake([first])
    await until('it is tried again', async () => (await bench.raw.getDelayedCount()) === 1)
    expect(await jobFirst()).toMatchObject({ failedReason: 'UNEXPECTED' })
  })

  it('cancels what does not end when it closes, and puts it back without an attempt', async () => {
    const started = Promise.withResolvers<undefined>()
    const worker = bench.start(
      (data, context) => {
        started.resolve(undefined)
        return untilStopped(data, context)
      },
      { closeWithinMs: 50 },
    )
    await bench.wakeUps.wake([first])
    await started.promise
    await worker.close()
    expect(bench.attempts).toMatchObject([{ end: 'cancelled' }])
    expect(await jobFirst()).toMatchObject({ attemptsMade: 0, delay: 1000 })
    expect(bench.memory.filings).toEqual([])
  })

  it('runs nothing while paused, not even the job that a blocked fetch brings, and goes on when resumed', async () => {
    const worker = bench.start()
    await bench.wakeUps.wake([first])
    await attempted()
    await until('it blocks on the empty lane', () => bench.isBlocked())
    worker.pause()
    await bench.wakeUps.wake([aWakeUp(2), aWakeUp(3)])
    await until('one was put back', async () => (await bench.raw.getDelayedCount()) === 1)
    expect(await bench.raw.getWaitingCount()).toBe(1)
    expect(bench.attempts).toHaveLength(1)
    await bench.raw.promoteJobs()
    worker.resume()
    await attempted(3)
  })
})

describe('isProgressing', () => {
  const hurried = { progress: { everyMs: 50, patienceMs: 300 } }

  it('is true while the lane is empty, busy or paused', async () => {
    const end = Promise.withResolvers<Outcome>()
    const worker = bench.start(() => end.promise, hurried)
    const stays = async (name: string) => {
      const fromMs = performance.now()
      await until(name, () => worker.isProgressing() && performance.now() - fromMs > 400)
      expect(worker.isProgressing()).toBe(true)
    }
    await stays('empty')
    await bench.wakeUps.wake([first, aWakeUp(2)])
    await stays('busy')
    worker.pause()
    end.resolve({ status: 'applied' })
    await stays('paused')
  })

  it('is false while Redis is frozen, and true again when it answers', async () => {
    const worker = bench.start(undefined, hurried)
    await until('it runs', () => worker.isProgressing())
    process.kill(host.server.pid(), 'SIGSTOP')
    try {
      await until('it is stuck', () => !worker.isProgressing(), 2000)
    } finally {
      process.kill(host.server.pid(), 'SIGCONT')
    }
    await until('it goes on', () => worker.isProgressing(), 2000)
    expect(worker.isProgressing()).toBe(true)
  })
})
