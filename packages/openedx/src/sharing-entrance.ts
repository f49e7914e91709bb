import type { Entrance, JobCalls, Lms } from '@seatkeeper/core'
import type { Api } from './api.ts'
import { isListable, readSomeRows } from './enrolment-list.ts'
import { readEnrolment } from './enrolments.ts'
import { createEntrance } from './entrance.ts'
import type { PayingPurse, Purse, PurseParts } from './purse.ts'
import { createJointReads, type JointReadParts } from './joint-reads.ts'

export interface SharingParts extends Pick<JointReadParts, 'nowMs' | 'onRefused'> {
  readonly purseParts: PurseParts
  readonly lmsOf: (purse: Purse) => Lms
  readonly apiOf: (purse: PayingPurse) => Api
}

/** Lets jobs of one kind in, each to an LMS of its own, whose first reads they share if they share calls at all. */
export function createSharingEntrance({ purseParts, lmsOf, apiOf, ...parts }: SharingParts, jobs: JobCalls): Entrance {
  if (jobs.shared === undefined) {
    const enter = createEntrance({ ...purseParts, isSharing: () => false }, jobs)
    return async (signal) => {
      const { own } = await enter(signal)
      return { lms: lmsOf(own), giveBack: () => own.giveBack() }
    }
  }
  const reads = createJointReads({
    ...parts,
    readOne: (purse, { username, course }, signal) => readEnrolment(apiOf(purse), username, course, signal),
    readSome: (purse, rows, signal) => readSomeRows(apiOf(purse), rows, signal),
    isListable,
  })
  const enter = createEntrance({ ...purseParts, isSharing: reads.isSharing }, jobs)
  return async (signal) => {
    const { own, party } = await enter(signal)
    const reader = reads.join(own, party)
    return {
      lms: { ...lmsOf(own), readEnrolment: (username, course, until) => reader.read({ username, course }, until) },
      giveBack: async () => {
        await Promise.all([reader.leave(), own.giveBack()])
      },
    }
  }
}
