import { JobFailure } from '@seatkeeper/core'
import type { Random } from '../faults/random.ts'
import type { Timeline } from './timeline.ts'
import type { Call } from './turns.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** How likely each mishap is, at every call of a port. */
export interface MishapRates {
  /** The worker dies; its call is made, is not, or is on its way to the LMS. */
  readonly kill: number
  /** The call fails; it is made, is not, or is on its way to the LMS. */
  readonly fail: number
  /** The worker stops, and goes on with this very call after its lease has run out. */
  readonly freeze: number
}

export type Mishap = keyof MishapRates

export const noMishaps: MishapRates = { kill: 0, fail: 0, freeze: 0 }

/** What a call throws that was made to fail. */
export class MadeToFail extends Error {
  override readonly name = 'MadeToFail'
}

/** What befalls calls, as a seed decides. */
export interface Mishaps {
  readonly counts: Readonly<Record<Mishap, number>>
  /** Calls of the LMS that are made when nobody waits for them any more: the first argument of each. */
  readonly strays: readonly unknown[]
  setRates(rates: MishapRates): void
  /** Picks what befalls a call; undefined if nothing does. Whoever froze once is left in peace. */
  next(call: Call): Mishap | undefined
  /** Makes a call of which nobody will hear: now, never or, at the LMS, later. */
  reach(call: Call): Promise<void>
  /** When a frozen call goes on. */
  freeze(call: Call): number
}

/** Longer than any lease of the product. */
const frozenMs = 90_000
/** Calls on their way arrive within this: before the lease runs out, and before what may still land is looked at again. */
const onItsWayMs = 14_000
const lmsWrites: ReadonlySet<string> = new Set(['writeEnrolment', 'invite', 'withdrawInvitation'])

export function createMishaps(random: Random, clock: VirtualClock, timeline: Timeline): Mishaps {
  const counts = { kill: 0, fail: 0, freeze: 0 }
  const strays: unknown[] = []
  const frozen = new Set<number>()
  let rates = noMishaps
  return {
    counts,
    strays,
    setRates: (next) => {
      rates = next
    },
    next: ({ worker }) => {
      if (frozen.has(worker)) return undefined
      const ticket = random.next()
      const mishap = pick(ticket, rates)
      if (mishap !== undefined) counts[mishap] += 1
      return mishap
    },
    reach: async ({ name, subject, make }) => {
      const way = random.pick(lmsWrites.has(name) ? ['now', 'never', 'later'] : ['now', 'never'])
      if (way === 'now') await make().catch(() => undefined)
      if (way !== 'later') return
      strays.push(subject)
      timeline.add(clock.nowMs() + random.between(1, onItsWayMs), () => void make())
    },
    freeze: ({ worker, name, subject }) => {
      frozen.add(worker)
      if (lmsWrites.has(name)) strays.push(subject)
      return clock.nowMs() + frozenMs
    },
  }
}

function pick(ticket: number, { kill, fail, freeze }: MishapRates): Mishap | undefined {
  if (ticket < kill) return 'kill'
  if (ticket < kill + fail) return 'fail'
  return ticket < kill + fail + freeze ? 'freeze' : undefined
}

/** How a port says that a call failed: the LMS's may have been made. */
export function failureOf({ name }: Call): Error {
  if (!lmsWrites.has(name)) return new MadeToFail()
  return new JobFailure('LMS_OUTCOME_UNKNOWN', 'made to fail')
}
