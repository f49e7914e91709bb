import type { JobCalls, Lms, MeteredLms } from '@seatkeeper/core'
import type { Admission, Handler } from '@seatkeeper/queue'

/** A handler whose jobs begin once their calls to the LMS are reserved. */
export function reserving<Data>(
  lms: MeteredLms,
  calls: JobCalls,
  handlerWith: (lms: Lms) => Handler<Data>,
): Admission<Data> {
  return {
    admit: async (signal) => {
      const reserved = await lms.reserve(calls, signal)
      return { handler: handlerWith(reserved.lms), leave: () => reserved.giveBack() }
    },
  }
}
