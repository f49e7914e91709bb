import { Worker } from 'node:worker_threads'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

export interface LoopWatchOptions {
  /** What the event loop may stand still without a word. */
  readonly alarmMs?: number
  /** What it may stand still at all. */
  readonly killMs?: number
}

/** What a blocked loop cannot do itself is done by a thread: it has a loop of its own, and counts only while it runs itself. */
const thread = String.raw`
const { workerData } = require('node:worker_threads')
const { writeSync } = require('node:fs')
let seen = -1
let missed = 0
setInterval(() => {
  const beats = Atomics.load(workerData.beats, 0)
  missed = beats === seen ? missed + 1 : 0
  seen = beats
  if (missed < workerData.beatsUntilKill) return
  const line = { time: new Date().toISOString(), level: 'error', event: 'loop.blocked', forMs: missed * workerData.everyMs }
  try {
    writeSync(1, JSON.stringify(line) + '\n')
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}, workerData.everyMs)`

const beatsUntilKill = 16

/**
 * Tells of an event loop that stood still, as `loop.stalled`, and kills the process whose loop does not come back, so
 * that a supervisor starts it anew. 8 s end before the lock and the lease of a job can run out.
 *
 * A process that is frozen as a whole is left alone: its thread is frozen as well.
 */
export function watchLoop(
  log: Logger,
  metrics: Pick<Metrics, 'counter'>,
  { alarmMs = 1000, killMs = 8000 }: LoopWatchOptions = {},
): { close(): Promise<void> } {
  const stalls = metrics.counter({
    name: 'loop_stalls_total',
    help: 'How often the event loop stood still for a second or more.',
    labels: {},
  })
  const everyMs = killMs / beatsUntilKill
  const beats = new Int32Array(new SharedArrayBuffer(4))
  let lastMs = performance.now()
  const beat = () => {
    Atomics.add(beats, 0, 1)
    const lateMs = performance.now() - lastMs - everyMs
    lastMs += lateMs + everyMs
    if (lateMs < alarmMs) return
    stalls.inc()
    log.warn('loop.stalled', { forMs: Math.round(lateMs) })
  }
  const timer = setInterval(beat, everyMs).unref()
  const watcher = new Worker(thread, { eval: true, workerData: { beats, everyMs, beatsUntilKill } })
  watcher.unref()
  return {
    close: async () => {
      clearInterval(timer)
      await watcher.terminate()
    },
  }
}
