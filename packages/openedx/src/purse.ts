import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  JobFailure,
  type CallBudget,
  type CallClass,
  type CallRequest,
  type JobCalls,
  type PromisedCall,
} from '@seatkeeper/core'
import type { Callers } from './callers.ts'
import { failureOfAbort } from './failure.ts'

/** What somebody may spend: calls promised to them, and then whatever the budget has. */
export interface Purse {
  readonly class: CallClass
  /** Whether a promised call is left. */
  isFull(): boolean
  /** A call to make now; who takes it says when it is over. Waits for the budget if nothing promised is left. */
  take(signal: AbortSignal): Promise<PromisedCall>
  /** What is left of what was promised goes back. */
  giveBack(): Promise<void>
}

/** What pays for calls. */
export interface PayingPurse extends Pick<Purse, 'class' | 'take'> {
  /** Tells something in the context of each job whose calls it pays; in that of the caller alone unless given. */
  readonly tellEach?: (tell: () => void) => void
}

export interface PurseParts {
  readonly budget: CallBudget
  readonly callers: Pick<Callers, 'users' | 'mayCall'>
  /** How long one call may last. */
  readonly longestCallMs: number
}

/** What is asked of the budget, each time anew; `asked` is how often it had us ask later. */
export type Want = (asked: number) => Pick<CallRequest, 'calls' | 'least'>

/** The longest pause between two questions: a waiting revoke is to be seen as one, and calls may be given back any time. */
const longestPauseMs = 1000
const shortestPauseMs = 10
/** One call at a time is held between its promise and its beginning. */
const holdMs = 5000

/** More calls than were promised go with the revokes: what was begun is to be ended. */
export function createPurse(parts: PurseParts, of: CallClass, promised: readonly PromisedCall[] = []): Purse {
  const { budget, callers, longestCallMs } = parts
  const more = { class: of === 'enroll' ? 'revoke' : of, holdMs } as const
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
        const call = held.shift() ?? (await reserve(parts, more, () => ({ calls: 1 }), signal))[0]
        if (call === undefined) throw new RangeError('a promise holds at least one call')
        const begun = callers.mayCall(call.user) ? await budget.begin(call, longestCallMs) : { status: 'refused' }
        if (begun.status === 'go') return call
        held.unshift(call)
        await giveBack()
      }
    },
  }
}

/** Several purses to take one call from. What is left stays in each. */
export function jointPurse(purses: readonly [Purse, ...Purse[]]): Pick<Purse, 'class' | 'take'> {
  const [first] = purses
  return {
    class: first.class,
    take: (signal) => (purses.find((purse) => purse.isFull()) ?? first).take(signal),
  }
}

/**
 * Asks the budget until it promises something, without end; only the signal ends that.
 *
 * @throws JobFailure LMS_THROTTLED if the LMS has all users wait; and what getting a token may throw.
 */
export async function reserve(
  { budget, callers }: PurseParts,
  of: Pick<JobCalls, 'class' | 'holdMs'>,
  want: Want,
  signal: AbortSignal,
): Promise<readonly PromisedCall[]> {
  const waiter = randomUUID()
  try {
    for (let asked = 0; ; asked += 1) {
      const users = await callers.users(signal)
      const answer = await budget.reserve({ ...of, ...want(asked), waiter, users })
      if (answer.status === 'reserved') return answer.calls
      const { waitMs: retryAfterMs } = answer
      if (answer.status === 'throttled')
        throw new JobFailure('LMS_THROTTLED', 'the LMS has every user of ours wait', { retryAfterMs })
      await pause(Math.min(Math.max(retryAfterMs, shortestPauseMs), longestPauseMs), signal)
    }
  } catch (thrown) {
    if (of.class === 'revoke') await budget.stopWaiting(waiter).catch(() => undefined)
    throw thrown
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {
    throw failureOfAbort(signal)
  })
}
