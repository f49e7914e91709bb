import { Worker, type Processor } from 'bullmq'
import type { Work } from './admission.ts'
import { endsWithin, within } from './deadline.ts'
import { brakeOnErrors } from './error-brake.ts'
import { createPauses } from './pauses.ts'
import { backoffOf, createProcessor, type ProcessorDeps, type WakingType } from './processor.ts'
import { watchProgress, type ProgressOptions, type WorkerLook } from './progress.ts'
import type { QueuePlace } from './queues.ts'
import { sampleErrors, type OnError } from './sampled-errors.ts'

/** The connection is the caller's, made to outlast any outage; the worker opens and closes one more to block on. */
export interface WorkerDeps extends ProcessorDeps, QueuePlace {
  /** Jobs at a time; 1 unless said. */
  readonly concurrency?: number
  /** Told of Redis's and BullMQ's errors, once a second at most. */
  readonly onError: OnError
  readonly progress?: Pick<ProgressOptions, 'everyMs' | 'patienceMs'>
  /** It begins held, until a lane keeper lets it go. */
  readonly isHeld?: boolean
  /** How long running jobs may go on when the worker closes; then they are cancelled and put back. */
  readonly closeWithinMs?: number
}

/** A worker of one lane. */
export interface LaneWorker {
  readonly lane: string
  /** Jobs at a time, at most. */
  readonly concurrency: number
  /** Stops fetching; what runs goes on. */
  pause(): void
  resume(): void
  /** The same for an operator's word; it fetches again when neither gate nor operator stops it. */
  hold(): void
  letGo(): void
  /** Jobs at a time for now, at most `concurrency`. */
  limitTo(jobs: number): void
  /** For health: false if work waits and this worker gets nowhere, or its Redis connection is dead. */
  isProgressing(): boolean
  /** Ends within `closeWithinMs` and a few seconds, whatever Redis does. */
  close(): Promise<void>
}

/** After an error of its connection BullMQ's fetch loop rests 15 s unless told otherwise, whatever came back meanwhile. */
const runRetryDelay = 1000

/**
 * A crashed worker's job runs again after the lock and up to two checks: about half a minute. Every job that was active
 * beside a crash gets a strike, so the limit is high; what a job may cost is counted by the agenda.
 */
export const stalling = { lockDuration: 20_000, stalledInterval: 10_000, maxStalledCount: 20 } as const
const cancelledWithinMs = 4000
const answersWithinMs = 500

/**
 * Starts a worker for one kind of job on one lane. It fetches at once.
 *
 * It pauses itself when its own failure shuts the gate, and only a gate keeper lets it go on: it must have one.
 */
export function startWorker<Data extends { readonly generation: number }>(
  type: WakingType<Data>,
  lane: string,
  work: Work<Data>,
  deps: WorkerDeps,
): LaneWorker {
  const { connection, prefix, concurrency = 1, isHeld = false } = deps
  const jobs = { running: 0, started: 0 }
  const onError = sampleErrors(deps.onError)
  const pauses = createPauses(() => worker, onError, isHeld ? ['operator'] : [])
  const closing = new AbortController()
  const run = { ...deps, lane, pauses, onError, closing: closing.signal }
  const worker = new Worker(lane, counting(createProcessor(type, work, run), jobs), {
    ...stalling,
    autorun: !isHeld,
    connection,
    prefix,
    concurrency,
    runRetryDelay,
    settings: { backoffStrategy: backoffOf },
  })
  const brake = brakeOnErrors({ stop: () => pauses.add('errors'), go: () => pauses.remove('errors') })
  worker.on('error', (error) => {
    brake.note()
    onError(error)
  })
  worker.on('lockRenewalFailed', (ids: readonly string[]) => ids.forEach((id) => worker.cancelJob(id, 'lock lost')))
  const isBusy = () => pauses.isPaused() || jobs.running >= worker.concurrency
  const progress = watchProgress({ ...deps.progress, look: () => lookAt(worker, isBusy, () => jobs.started) })
  return {
    lane,
    concurrency,
    pause: () => pauses.add('gate'),
    resume: () => pauses.remove('gate'),
    hold: () => pauses.add('operator'),
    letGo: () => pauses.remove('operator'),
    limitTo: (count) => {
      worker.concurrency = Math.max(1, Math.min(count, concurrency))
    },
    isProgressing: () => progress.isProgressing(),
    close: async () => {
      closing.abort()
      progress.stop()
      brake.release()
      await closeWorker(worker, deps)
    },
  }
}

/**
 * BullMQ hands over its cancellation signal only to functions that name a third parameter.
 *
 * @see bullmq, `src/classes/worker.ts`, `processorAcceptsSignal`
 */
function counting(process: Processor, jobs: { running: number; started: number }): Processor {
  return async (job, token, signal) => {
    jobs.started += 1
    jobs.running += 1
    try {
      return await process(job, token, signal)
    } finally {
      jobs.running -= 1
    }
  }
}

async function lookAt(worker: Worker, isBusy: () => boolean, started: () => number): Promise<WorkerLook> {
  const backend = worker.getBackend()
  const [isQueuePaused, counts] = await Promise.all([
    backend.hasQueueMetaField('paused'),
    backend.getCounts(['wait', 'prioritized', 'delayed'], Date.now()),
  ])
  const due = counts.reduce((sum, count) => sum + count, 0)
  return { startable: isQueuePaused || isBusy() ? 0 : due, started: started() }
}

/**
 * BullMQ's own close waits for running jobs and for Redis without end. Where Redis is away nothing is worth the wait:
 * no job could be given back, and a connection that is between two attempts never says that it ended.
 */
async function closeWorker(worker: Worker, { connection, closeWithinMs = 12_000 }: WorkerDeps): Promise<void> {
  const isAway = await within(answersWithinMs, connection.ping()).then(
    () => false,
    () => true,
  )
  if (isAway) worker.cancelAllJobs('closing')
  const closed = worker.close(isAway)
  if (await endsWithin(closeWithinMs, closed)) return
  worker.cancelAllJobs('closing')
  await endsWithin(cancelledWithinMs, closed)
}
