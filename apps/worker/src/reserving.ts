import type { JobCalls, Lms, MeteredLms } from '@seatkeeper/core'
import type { Admission, Handler } from '@seatkeeper/queue'

/** A handler whose jobs begin once their calls to the LMS are reserved. */
export function reserving<Data>(
  lms: MeteredLms,
  jobs: JobCalls,
  handlerWith: (lms: Lms) => Handler<Data>,
): Admission<Data> {
  const enter = lms.entrance(jobs)
  return {
    admit: async (signal) => {
      const admitted = await enter(signal)
      const { lms: counted, calls } = counting(admitted.lms)
      return { handler: handlerWith(counted), calls, leave: () => admitted.giveBack() }
    },
  }
}

/** The same LMS, and how often it was asked so far. What several jobs ask together counts for each of them. */
function counting(lms: Lms): { readonly lms: Lms; readonly calls: () => number } {
  let asked = 0
  const counted = <Answer>(answer: Answer): Answer => {
    asked += 1
    return answer
  }
  const all: Lms = {
    findAccount: (...about) => counted(lms.findAccount(...about)),
    readEnrolment: (...about) => counted(lms.readEnrolment(...about)),
    writeEnrolment: (...about) => counted(lms.writeEnrolment(...about)),
    invite: (...about) => counted(lms.invite(...about)),
    withdrawInvitation: (...about) => counted(lms.withdrawInvitation(...about)),
    readEnrolments: (...about) => counted(lms.readEnrolments(...about)),
    readOpening: (...about) => counted(lms.readOpening(...about)),
    probe: (...about) => counted(lms.probe(...about)),
  }
  return { lms: all, calls: () => asked }
}
