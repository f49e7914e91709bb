import { within } from './deadline.ts'

/** What is seen of a worker at one look. */
export interface WorkerLook {
  /** Jobs that could be started at once; 0 while the worker is paused, its slots are full or its queue is paused. */
  readonly startable: number
  /** Jobs started by this worker so far. */
  readonly started: number
}

export interface ProgressOptions {
  /** Asks over the worker's own connection; throws or hangs if that is dead. */
  readonly look: () => Promise<WorkerLook>
  readonly everyMs?: number
  /** How long the connection may be silent, or work may wait with nothing started, before we call it stuck. */
  readonly patienceMs?: number
}

/** Whether a worker gets anywhere. */
export interface Progress {
  isProgressing(): boolean
  stop(): void
}

/**
 * Measures progress instead of believing it.
 *
 * BullMQ's `isRunning` is true and a ping passes while the fetch loop hangs on a dead blocking connection. So a worker
 * counts as stuck when its connection does not answer, or when jobs could be started for a while and it starts none. A
 * loop that hangs with nothing to do is not seen, and does no harm, until there is a job. A stuck worker is known
 * within 14 s by default. After a long sleep of the whole process it counts as stuck until the next look.
 *
 * @see taskforcesh/bullmq issues 4479 and 4585
 */
export function watchProgress({ look, everyMs = 2000, patienceMs = 10_000 }: ProgressOptions): Progress {
  let answeredAtMs = performance.now()
  let movedAtMs = answeredAtMs
  let startedBefore = 0

  const check = async () => {
    const { startable, started } = await within(everyMs, look())
    answeredAtMs = performance.now()
    if (startable === 0 || started > startedBefore) movedAtMs = answeredAtMs
    startedBefore = started
  }
  const timer = setInterval(() => void check().catch(() => undefined), everyMs)
  return {
    isProgressing: () => performance.now() - Math.min(answeredAtMs, movedAtMs) < patienceMs,
    stop: () => clearInterval(timer),
  }
}
