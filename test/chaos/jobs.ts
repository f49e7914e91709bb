import {
  itemId,
  jobId,
  jobOf,
  toFailure,
  type Agenda,
  type DeadItems,
  type JobFailure,
  type Outcome,
  type WakeUp,
} from '@seatkeeper/core'
import type { Random } from '../faults/random.ts'
import { one } from './model-order.ts'
import type { Scheduler } from './scheduler.ts'
import type { Through } from './turns.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Does one wake-up, with ports whose calls wait for their turn. */
export type Handler = (wakeUp: WakeUp, through: Through) => Promise<Outcome>

/** Stands in for the queue: jobs by id, workers that take any of them, stalls and retries. */
export interface Jobs {
  /** Jobs that wait, run, or wait to be tried again. */
  readonly alive: number
  readonly lost: number
  /** Adds jobs whose id is not alive; some are lost without a word. */
  add(wakeUps: readonly WakeUp[]): void
  /** Gives jobs to workers who have none. */
  hire(): void
  /** How many jobs are lost from now on, of all that are added. */
  setLoss(share: number): void
}

export interface JobsParts {
  readonly scheduler: Scheduler
  readonly clock: VirtualClock
  readonly random: Random
  readonly agenda: Pick<Agenda, 'fileFailure'> & Pick<DeadItems, 'replay'>
  readonly handle: Handler
  /** Told of every failure of a job. */
  readonly onFailure: (failure: JobFailure) => void
}

const workers = 8
/** A killed worker's job is taken up again after this, or never. */
const stalledMs = 30_000
const shortBackMs = 5000
const quarantinedBackMs = 1000

const idOf = ({ item, generation }: WakeUp) => jobId(item, generation)

export function createJobs({ scheduler, clock, random, agenda, handle, onFailure }: JobsParts): Jobs {
  const alive = new Set<string>()
  const waiting: WakeUp[] = []
  let busy = 0
  let lost = 0
  let loss = 0
  const queueAfter = (wakeUp: WakeUp, delayMs: number) =>
    scheduler.at(clock.nowMs() + delayMs, () => void waiting.push(wakeUp))

  const run = async (wakeUp: WakeUp, through: Through) => {
    try {
      const { status } = await handle(wakeUp, through)
      if (status === 'quarantined') return queueAfter(wakeUp, quarantinedBackMs)
      alive.delete(idOf(wakeUp))
    } catch (error) {
      const delayMs = await retryAfter(wakeUp, error, through).catch(() => shortBackMs)
      if (delayMs === null) alive.delete(idOf(wakeUp))
      else queueAfter(wakeUp, delayMs)
    } finally {
      busy -= 1
    }
  }
  const retryAfter = async (wakeUp: WakeUp, error: unknown, through: Through): Promise<number | null> => {
    const failure = toFailure(error)
    onFailure(failure)
    const { item, generation } = wakeUp
    const { backoff } = jobOf(wakeUp).type
    const permanent = failure.verdict === 'permanent'
    const filing = { id: itemId(item), generation, code: failure.code, permanent, backoff, random: random.next() }
    const filed = await through(agenda).fileFailure(filing)
    if (failure.code === 'CRASHED') await replay(filing.id)
    return filed.next === 'retry' ? filed.delayMs : null
  }
  // Chance killed all three workers, as a person sees who looks at what died.
  const replay = async (id: string) => {
    const answer = await agenda.replay({ id, generation: null, by: 'chaos', perSecond: 1000 })
    if (answer.result === 'replayed') jobs.add(answer.wakeUps)
  }
  const stall = (wakeUp: WakeUp) => {
    busy -= 1
    if (random.next() < 0.5) queueAfter(wakeUp, stalledMs)
    else alive.delete(idOf(wakeUp))
  }

  const jobs: Jobs = {
    get alive() {
      return alive.size
    },
    get lost() {
      return lost
    },
    add: (wakeUps) => {
      for (const wakeUp of wakeUps.filter((asked) => !alive.has(idOf(asked)))) {
        if (random.next() < loss) {
          lost += 1
          continue
        }
        alive.add(idOf(wakeUp))
        queueAfter(wakeUp, wakeUp.delayMs)
      }
    },
    hire: () => {
      while (busy < workers && waiting.length > 0) {
        const wakeUp = one(random, waiting)
        waiting.splice(waiting.indexOf(wakeUp), 1)
        busy += 1
        scheduler.start(
          (through) => run(wakeUp, through),
          () => stall(wakeUp),
        )
      }
    },
    setLoss: (share) => {
      loss = share
    },
  }
  return jobs
}
