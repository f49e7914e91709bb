import type { JobCalls, Lms, MeteredLms } from '@seatkeeper/core'
import type { Admission, Handler } from '@seatkeeper/queue'

/** A handler whose jobs begin once their calls to the LMS are reserved. */
export function reserving<Data>(
  lms: MeteredLms,
  calls: JobCalls,
  handlerWith: (lms: Lms) => Handler<Data>,
): Admission<Data> {
  const enter = lms.entrance(calls)
  return {
    admit: async (signal) => {
      const admitted = await enter(signal)
      return { handler: handlerWith(admitted.lms), leave: () => admitted.giveBack() }
    },
  }
}
