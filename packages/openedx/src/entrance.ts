import type { JobCalls, PromisedCall } from '@seatkeeper/core'
import { createPurse, reserve, type Purse, type PurseParts } from './purse.ts'
import { unlessAborted } from './unless-aborted.ts'

/** The calls that jobs which were let in together make once for all of them. */
export interface Party {
  readonly shared: Purse
  /** One of its jobs has no use for them any more; after the last of them, what is left goes back. */
  leave(): Promise<void>
}

/** What one job was let in with. */
export interface Ticket {
  /** For its own calls. */
  readonly own: Purse
  readonly party: Party
}

export interface EntranceParts extends PurseParts {
  /** Where nothing is shared, each job has the calls that it would have shared for itself. */
  readonly isSharing: () => boolean
}

/**
 * Lets jobs in, all that wait by one reservation, so that they share what they can.
 *
 * While the budget has too little for all of them, it asks for one call less each time. So a few come together where calls
 * come singly, and yet one job is let in at last, whoever else takes calls.
 */
export function createEntrance(parts: EntranceParts, jobs: JobCalls): (signal: AbortSignal) => Promise<Ticket> {
  const { class: of, shared = 0 } = jobs
  const waiting = new Set<PromiseWithResolvers<Ticket>>()
  let isServing = false
  let nobodyWaits = new AbortController()

  const shares = () =>
    parts.isSharing() ? { each: jobs.calls, common: shared } : { each: jobs.calls + shared, common: 0 }
  const want = (asked: number) => {
    const { each, common } = shares()
    const calls = Math.max(1, waiting.size) * each + common
    return { calls, least: Math.max(each + common, calls - asked) }
  }

  const letIn = async (promised: readonly PromisedCall[]) => {
    const { each, common } = shares()
    const calls = [...promised]
    const count = Math.max(1, Math.floor((calls.length - common) / each))
    const guests = [...waiting].slice(0, count)
    const purses = guests.map(() => createPurse(parts, of, calls.splice(0, each)))
    const party = createParty(createPurse(parts, of, calls.splice(0, common)), guests.length)
    guests.forEach((guest, index) => {
      waiting.delete(guest)
      const own = purses[index]
      if (own !== undefined) guest.resolve({ own, party })
    })
    await parts.budget.giveBack(calls)
  }

  const serve = async () => {
    while (waiting.size > 0) {
      nobodyWaits = new AbortController()
      try {
        await letIn(await reserve(parts, jobs, want, nobodyWaits.signal))
      } catch (thrown) {
        if (!nobodyWaits.signal.aborted) turnAway(thrown)
      }
    }
  }
  const turnAway = (thrown: unknown) => {
    for (const guest of waiting) guest.reject(thrown)
    waiting.clear()
  }

  return async (signal) => {
    const guest = Promise.withResolvers<Ticket>()
    waiting.add(guest)
    if (!isServing) {
      isServing = true
      void serve().finally(() => (isServing = false))
    }
    try {
      return await unlessAborted(guest.promise, signal)
    } catch (thrown) {
      waiting.delete(guest)
      if (waiting.size === 0) nobodyWaits.abort()
      guest.promise.then(leaveUnused).catch(() => undefined)
      throw thrown
    }
  }
}

function createParty(shared: Purse, size: number): Party {
  let guests = size
  return {
    shared,
    leave: async () => {
      guests -= 1
      if (guests === 0) await shared.giveBack()
    },
  }
}

async function leaveUnused({ own, party }: Ticket): Promise<void> {
  await Promise.all([own.giveBack(), party.leave()])
}
