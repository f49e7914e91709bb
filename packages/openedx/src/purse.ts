import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { JobFailure, type CallBudget, type CallClass, type JobCalls, type PromisedCall } from '@seatkeeper/core'
import type { Callers } from './callers.ts'
import { failureOfAbort } from './failure.ts'

/** What one job may spend: calls promised to it, and then whatever the budget has. */
export interface Purse {
  readonly class: CallClass
  /** Whether a promised call is left. */
  isFull(): boolean
  /** A call to make now; who takes it says when it is over. Waits for the budget if nothing promised is left. */
  take(signal: AbortSignal): Promise<PromisedCall>
  /** What is left of what was promised goes back. */
  giveBack(): Promise<void>
}

export interface PurseParts {
  readonly budget: CallBudget
  readonly callers: Pick<Callers, 'users' | 'mayCall'>
  /** How long one call may last. */
  readonly longestCallMs: number
}

/** The longest pause between two questions: a waiting revoke is to be seen as one, and calls may be given back any time. */
const longestPauseMs = 1000
const shortestPauseMs = 10
/** One call at a time is held between its promise and its beginning. */
const holdMs = 5000

/**
 * Gives a job its calls before it begins; it may make more than those. Waits without end, and only the signal ends that.
 *
 * @throws JobFailure LMS_THROTTLED if the LMS has all users wait; and what getting a token may throw.
 */
export async function fillPurse(parts: PurseParts, job: JobCalls, signal: AbortSignal): Promise<Purse> {
  return createPurse(parts, job.class, await reserve(parts, job, signal))
}

export function emptyPurse(parts: PurseParts, of: CallClass): Purse {
  return createPurse(parts, of, [])
}

/** One purse for what several jobs do together. */
export function jointPurse(purses: readonly [Purse, ...Purse[]]): Purse {
  const [first] = purses
  return {
    class: first.class,
    isFull: () => purses.some((purse) => purse.isFull()),
    take: (signal) => (purses.find((purse) => purse.isFull()) ?? first).take(signal),
    giveBack: async () => undefined,
  }
}

/** More calls than were promised go with the revokes: what was begun is to be ended. */
function createPurse(parts: PurseParts, of: CallClass, promised: readonly PromisedCall[]): Purse {
  const { budget, callers, longestCallMs } = parts
  const more = { class: of === 'enroll' ? 'revoke' : of, calls: 1, holdMs } as const
  let held = [...promised]
  const giveBack = async () => {
    const unused = held
    held = []
    await budget.giveBack(unused)
  }
  return {
    class: of,
    isFull: () => held.length > 0,
    giveBack,
    take: async (signal) => {
      for (;;) {
        const call = held.shift() ?? (await reserve(parts, more, signal))[0]
        if (call === undefined) throw new RangeError('a promise holds at least one call')
        const begun = callers.mayCall(call.user) ? await budget.begin(call, longestCallMs) : { status: 'refused' }
        if (begun.status === 'go') return call
        held.unshift(call)
        await giveBack()
      }
    },
  }
}

async function reserve(
  { budget, callers }: PurseParts,
  job: JobCalls,
  signal: AbortSignal,
): Promise<readonly PromisedCall[]> {
  const waiter = randomUUID()
  try {
    for (;;) {
      const answer = await budget.reserve({ ...job, waiter, users: await callers.users(signal) })
      if (answer.status === 'reserved') return answer.calls
      const { waitMs: retryAfterMs } = answer
      if (answer.status === 'throttled')
        throw new JobFailure('LMS_THROTTLED', 'the LMS has every user of ours wait', { retryAfterMs })
      await pause(Math.min(Math.max(retryAfterMs, shortestPauseMs), longestPauseMs), signal)
    }
  } catch (thrown) {
    if (job.class === 'revoke') await budget.stopWaiting(waiter).catch(() => undefined)
    throw thrown
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {
    throw failureOfAbort(signal)
  })
}
