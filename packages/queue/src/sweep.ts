import type { Agenda, Gates, LanePauses } from '@seatkeeper/core'
import type { DeadAgenda, DeadLetters } from './dead-letter.ts'
import { gateOf } from './gate-keeper.ts'
import { repeat } from './repeat.ts'
import { sampleErrors, type OnError } from './sampled-errors.ts'
import type { WakeUps } from './wake-ups.ts'

/** What one sweep changed. */
export interface SweepReport {
  /** Jobs added for items that were due and had none alive. */
  readonly woken: number
  readonly lettersAdded: number
  readonly lettersRemoved: number
}

export interface SweepOptions {
  readonly agenda: Pick<Agenda, 'lanes' | 'sweep'> & Pick<LanePauses, 'pausedLanes'> & DeadAgenda
  readonly gates: Pick<Gates, 'read'>
  readonly wakeUps: Pick<WakeUps, 'ensure'>
  readonly deadLetters: Pick<DeadLetters, 'sync'>
  readonly everyMs?: number
  /** Items per lane and sweep. */
  readonly limit?: number
  /** Told of every sweep that changed something. */
  readonly onSwept: (report: SweepReport) => void
  readonly onError: OnError
}

/** A sweep that goes on until closed. */
export interface Sweep {
  /** One more sweep, after any that is running; throws if a part of it failed. */
  sweepNow(): Promise<void>
  close(): Promise<void>
}

/**
 * Makes the queues follow the agenda: wakes what is due and has no living job, lane by lane, behind open gates and where no
 * operator stopped the lane, and makes the dead letters equal the dead items. Lost jobs and a Redis without BullMQ's keys heal by this.
 *
 * Every worker process may run one: the agenda gives each due item to one of them. A lane that fails holds up no other.
 */
export function startSweep(options: SweepOptions): Sweep {
  const { everyMs = 10_000, onSwept } = options
  const turn = async () => {
    const report = await sweepAll(options)
    if (Object.values(report).some((count) => count > 0)) onSwept(report)
  }
  const turns = repeat(turn, everyMs, sampleErrors(options.onError))
  return { sweepNow: () => turns.now(), close: () => turns.close() }
}

async function sweepAll(options: SweepOptions): Promise<SweepReport> {
  const { agenda, deadLetters } = options
  const errors: unknown[] = []
  let woken = 0
  const stopped = new Set((await agenda.pausedLanes()).map(({ lane }) => lane))
  for (const lane of (await agenda.lanes()).filter((name) => !stopped.has(name))) {
    woken += await sweepLane(lane, options).catch((error: unknown) => {
      errors.push(error)
      return 0
    })
  }
  const { added, removed } = await deadLetters.sync(agenda)
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} lanes could not be swept`)
  return { woken, lettersAdded: added, lettersRemoved: removed }
}

async function sweepLane(lane: string, { agenda, gates, wakeUps, limit = 1000 }: SweepOptions): Promise<number> {
  const gate = gateOf(lane)
  if (gate !== undefined && (await gates.read(gate)).state !== 'open') return 0
  return wakeUps.ensure(await agenda.sweep(lane, limit))
}
