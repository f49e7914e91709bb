import { JobFailure } from '@seatkeeper/core'
import { one } from './model-order.ts'
import type { Random } from '../faults/random.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** How likely each fault is, at every call that a worker makes of a port. */
export interface FaultRates {
  /** The worker dies before the call, after it, or with a call to the LMS still on its way. */
  readonly kill: number
  /** The worker stops, and goes on with this very call after its lease has run out. */
  readonly freeze: number
  /** The call is made, or not, and fails. */
  readonly fail: number
}

/** What befell the workers. */
export type Faults = Record<'killed' | 'frozen' | 'failed', number>

/** Hands out a port whose calls wait for their turn. */
export type Through = <Port extends object>(port: Port) => Port

/** Interleaves workers at every call of a port, one call at a time, as a seed decides. */
export interface Scheduler {
  readonly faults: Readonly<Faults>
  /** Calls to the LMS that were made after everybody had stopped waiting for them: the first argument of each. */
  readonly strays: readonly unknown[]
  /** Tasks that have neither ended nor been killed. */
  readonly running: number
  /** Has a worker do something, with ports whose calls wait for their turn. What it throws is lost, as is a dead worker. */
  start(run: (through: Through) => Promise<void>, onKilled?: () => void): void
  /** Runs something at a time of the clock; in the order in which it was asked for, where times are the same. */
  at(ms: number, action: () => void): void
  /** Faults from now on. */
  setRates(rates: FaultRates): void
  /** Makes one call, or lets time pass to what comes next; false if nothing is left to come. */
  step(): Promise<boolean>
}

/** What a call throws that was made to fail. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

export const noFaults: FaultRates = { kill: 0, freeze: 0, fail: 0 }

/** One call that waits for its turn. */
interface Call {
  readonly worker: number
  readonly name: string
  readonly subject: unknown
  readonly make: () => Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  readonly notBeforeMs: number
  readonly wasFrozen: boolean
}

/** Longer than any lease of the product. */
const frozenMs = 90_000
/** A call on its way arrives within this: sooner than a lease runs out, and than a seat of unknown fate is looked at again. */
const onItsWayMs = 14_000
/** A call takes up to this. */
const callMs = 12

const lmsWrites: ReadonlySet<string> = new Set(['writeEnrolment', 'invite', 'withdrawInvitation'])

export function createScheduler(random: Random, clock: VirtualClock): Scheduler {
  const faults: Faults = { killed: 0, frozen: 0, failed: 0 }
  const strays: unknown[] = []
  const onKilled = new Map<number, () => void>()
  let rates = noFaults
  let calls: readonly Call[] = []
  let lastWorker = 0
  const timed = createTimeline()

  const park = (call: Pick<Call, 'worker' | 'name' | 'subject' | 'make'>) =>
    new Promise<unknown>((resolve, reject) => {
      calls = [...calls, { ...call, resolve, reject, notBeforeMs: 0, wasFrozen: false }]
    })

  const kill = async (call: Call) => {
    faults.killed += 1
    ;((globalThis as any).trace ??= []).push([clock.nowMs(), `KILL w${call.worker} ${call.name} ${typeof call.subject === 'object' ? JSON.stringify(call.subject).slice(0, 150) : call.subject}`])
    calls = calls.filter(({ worker }) => worker !== call.worker)
    await reach(call)
    onKilled.get(call.worker)?.()
    onKilled.delete(call.worker)
  }
  /** Makes a call of which nobody will hear: now, never or, at the LMS, later. */
  const reach = async (call: Call) => {
    const way = random.pick(lmsWrites.has(call.name) ? ['now', 'never', 'later'] : ['now', 'never'])
    if (way === 'now') await call.make().catch(() => undefined)
    if (way !== 'later') return
    strays.push(call.subject)
    timed.add(clock.nowMs() + random.between(1, onItsWayMs), () => void call.make())
  }
  const fail = async (call: Call) => {
    faults.failed += 1
    ;((globalThis as any).trace ??= []).push([clock.nowMs(), `FAIL w${call.worker} ${call.name} ${typeof call.subject === 'object' ? JSON.stringify(call.subject).slice(0, 150) : call.subject}`])
    await reach(call)
    call.reject(lmsWrites.has(call.name) ? new JobFailure('LMS_OUTCOME_UNKNOWN', 'a fault') : new Fault())
  }
  const freeze = (call: Call) => {
    faults.frozen += 1
    ;((globalThis as any).trace ??= []).push([clock.nowMs(), `FREEZE w${call.worker} ${call.name} ${typeof call.subject === 'object' ? JSON.stringify(call.subject).slice(0, 150) : call.subject}`])
    calls = [...calls, { ...call, notBeforeMs: clock.nowMs() + frozenMs, wasFrozen: true }]
  }
  const make = async (call: Call) => {
    const ticket = random.next()
    ;((globalThis as any).trace ??= []).push([clock.nowMs(), `call w${call.worker} ${call.name} ${typeof call.subject === 'object' ? JSON.stringify(call.subject).slice(0, 150) : call.subject}`])
    if (ticket < rates.kill) return kill(call)
    if (ticket < rates.kill + rates.fail) return fail(call)
    if (!call.wasFrozen && ticket < rates.kill + rates.fail + rates.freeze) return freeze(call)
    if (call.wasFrozen && lmsWrites.has(call.name)) strays.push(call.subject)
    await call.make().then(call.resolve, call.reject)
  }

  return {
    faults,
    strays,
    get running() {
      return onKilled.size
    },
    start: (run, killed = () => undefined) => {
      const worker = (lastWorker += 1)
      onKilled.set(worker, killed)
      const through: Through = (port) => turnTaking(port, (call) => park({ ...call, worker }))
      const end = () => void onKilled.delete(worker)
      run(through).then(end, end)
    },
    at: (ms, action) => timed.add(ms, action),
    setRates: (next) => {
      rates = next
    },
    step: async () => {
      for (const action of timed.take(clock.nowMs())) action()
      await quiet()
      const ready = calls.filter(({ notBeforeMs }) => notBeforeMs <= clock.nowMs())
      if (ready.length > 0) {
        const call = one(random, ready)
        calls = calls.filter((other) => other !== call)
        await make(call)
        await clock.advanceTo(clock.nowMs() + random.between(0, callMs))
        return true
      }
      const nextMs = Math.min(timed.nextMs(), ...calls.map(({ notBeforeMs }) => notBeforeMs))
      if (nextMs === Infinity) return false
      await clock.advanceTo(nextMs)
      return true
    },
  }
}

/** A port whose calls wait for their turn, and the leases it gives as well. */
function turnTaking<Port extends object>(
  port: Port,
  park: (call: Pick<Call, 'name' | 'subject' | 'make'>) => Promise<unknown>,
): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        const make = async (): Promise<unknown> => Reflect.apply(member, target, args)
        const result = await park({ name: String(name), subject: args[0], make })
        const isLease = name === 'lease' && typeof result === 'object' && result !== null
        return isLease ? turnTaking(result, park) : result
      }
    },
  })
}

/** Until everybody who can go on without a turn has done so. */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** What is to happen, sorted by time. */
function createTimeline() {
  const moments: { readonly ms: number; readonly action: () => void }[] = []
  return {
    add: (ms: number, action: () => void) => {
      const behind = moments.findLastIndex((moment) => moment.ms <= ms)
      moments.splice(behind + 1, 0, { ms, action })
    },
    take: (nowMs: number) => {
      const first = moments.findIndex(({ ms }) => ms > nowMs)
      return moments.splice(0, first === -1 ? moments.length : first).map(({ action }) => action)
    },
    nextMs: () => moments[0]?.ms ?? Infinity,
  }
}
