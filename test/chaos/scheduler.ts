import type { Random } from '../faults/random.ts'
import { createMishaps, failureOf, type Mishap, type Mishaps } from './mishaps.ts'
import { one } from './model-order.ts'
import { createTimeline } from './timeline.ts'
import { turnTaking, type Call, type Through, type Wish } from './turns.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Interleaves workers at every call of a port, one call at a time, as a seed decides. */
export interface Scheduler {
  readonly mishaps: Mishaps
  /** Workers that have neither ended nor died. */
  readonly running: number
  /** Has a worker do something with ports whose calls wait for their turn. What it throws is lost, as is who dies. */
  start(work: (through: Through) => Promise<void>, onKilled?: () => void): void
  /** Runs something at a time of the clock. */
  at(ms: number, action: () => void): void
  /** Makes one call, or lets time pass to what comes next. */
  step(): Promise<void>
}

/** A call takes up to this. */
const callMs = 12

/** @param onCall told of every call, and of what befalls it. */
export function createScheduler(
  random: Random,
  clock: VirtualClock,
  onCall: (call: Call, mishap: Mishap | undefined) => void,
): Scheduler {
  const timeline = createTimeline()
  const mishaps = createMishaps(random, clock, timeline)
  const onKilled = new Map<number, () => void>()
  let calls: readonly Call[] = []
  let lastWorker = 0

  const wait = (worker: number, wish: Wish) =>
    new Promise<unknown>((resolve, reject) => {
      calls = [...calls, { ...wish, worker, resolve, reject, notBeforeMs: 0 }]
    })
  const kill = async (call: Call) => {
    calls = calls.filter(({ worker }) => worker !== call.worker)
    await mishaps.reach(call)
    onKilled.get(call.worker)?.()
    onKilled.delete(call.worker)
  }
  const make = async (call: Call) => {
    const mishap = mishaps.next(call)
    onCall(call, mishap)
    if (mishap === undefined) return call.make().then(call.resolve, call.reject)
    if (mishap === 'kill') return kill(call)
    if (mishap === 'freeze') return void (calls = [...calls, { ...call, notBeforeMs: mishaps.freeze(call) }])
    await mishaps.reach(call)
    call.reject(failureOf(call))
  }

  return {
    mishaps,
    get running() {
      return onKilled.size
    },
    start: (work, killed = () => undefined) => {
      const worker = (lastWorker += 1)
      onKilled.set(worker, killed)
      const end = () => void onKilled.delete(worker)
      work((port) => turnTaking(port, (wish) => wait(worker, wish))).then(end, end)
    },
    at: (ms, action) => timeline.add(ms, action),
    step: async () => {
      timeline.catchUp(clock.nowMs())
      await quiet()
      const ready = calls.filter(({ notBeforeMs }) => notBeforeMs <= clock.nowMs())
      if (ready.length === 0) {
        const comingMs = calls.map(({ notBeforeMs }) => notBeforeMs)
        return clock.advanceTo(Math.min(timeline.nextMs(), ...comingMs))
      }
      const call = one(random, ready)
      calls = calls.filter((other) => other !== call)
      await make(call)
      await clock.advanceTo(clock.nowMs() + random.between(0, callMs))
    },
  }
}

/** Until everybody who can go on without a turn has done so. */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
