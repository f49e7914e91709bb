import { setTimeout as pause } from 'node:timers/promises'
import { JobFailure, type Lms, type Store } from '@seatkeeper/core'

/** Where the other side names no time, or none to speak of. */
const leastPauseMs = 1000

/**
 * A shop that is asked again whenever it says that we ask too much. Workers share its patience and go first: what a person
 * waits for at the command line can take longer.
 */
export function patientStore(store: Store): Pick<Store, 'readModified' | 'readOrder' | 'readProduct'> {
  return {
    readModified: (query, signal) => untilServed(() => store.readModified(query, signal), signal),
    readOrder: (ref, signal) => untilServed(() => store.readOrder(ref, signal), signal),
    readProduct: (line, signal) => untilServed(() => store.readProduct(line, signal), signal),
  }
}

/** The same for an LMS. */
export function patientLms(lms: Lms): Pick<Lms, 'findAccount' | 'readEnrolments'> {
  return {
    findAccount: (email, signal) => untilServed(() => lms.findAccount(email, signal), signal),
    readEnrolments: (usernames, signal) => untilServed(() => lms.readEnrolments(usernames, signal), signal),
  }
}

async function untilServed<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof JobFailure) || error.verdict !== 'throttled') throw error
      await pause(Math.max(error.retryAfterMs ?? 0, leastPauseMs), undefined, { signal })
    }
  }
}
