import { setTimeout as pause } from 'node:timers/promises'
import { JobFailure, type Courses, type LmsId } from '@seatkeeper/core'
import type { SellingCampus } from '@seatkeeper/fulfilment'
import { createCourses, type LmsAddress } from '@seatkeeper/openedx'

/** The LMSs of a site as far as selling goes; one that limits our calls is asked again when it says. */
export function sellingCampuses(configs: readonly LmsAddress[]): (lms: LmsId) => SellingCampus | undefined {
  const campuses = new Map(
    configs.map((config) => [
      config.id,
      { courses: patient(createCourses(config)), isForced: config.closedCourse === 'force' },
    ]),
  )
  return (lms) => campuses.get(lms)
}

function patient(courses: Courses): Courses {
  return {
    async readCourse(course, signal) {
      for (;;) {
        try {
          return await courses.readCourse(course, signal)
        } catch (error) {
          if (!(error instanceof JobFailure) || error.verdict !== 'throttled') throw error
          await pause(error.retryAfterMs ?? 1000, undefined, { signal })
        }
      }
    },
  }
}
