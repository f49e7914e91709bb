import type { CallBudget, LmsId } from '@seatkeeper/core'
import { z } from 'zod'
import type { Scripts } from './scripts.ts'

const Answer = z.union([
  z.tuple([z.literal(1), z.string(), z.number()]),
  z.tuple([z.literal(0), z.enum(['later', 'throttled']), z.number()]),
])

/** How the calls of one LMS stand, of all its users together. */
export interface CallsStanding {
  /** That may still be made now. */
  readonly left: number
  /** In a minute. */
  readonly limit: number
  readonly users: number
  /** Users that the LMS has wait: none of their calls are left. */
  readonly throttled: number
}

export interface CallsStandings {
  /** Null where no worker that calls this LMS has told of its users within a minute. */
  callsStanding(lms: LmsId): Promise<CallsStanding | null>
}

/** For those who hold no credentials of an LMS and know no limits. */
export function createCallsStandings(run: Scripts): CallsStandings {
  return {
    callsStanding: async (lms) => {
      const answer = Standing.parse(await run('callsStanding', lms))
      if (answer.length === 0) return null
      const [left, limit, users, throttled] = answer
      return { left, limit, users, throttled }
    },
  }
}

const Standing = z.union([z.tuple([]), z.tuple([z.number(), z.number(), z.number(), z.number()])])

/** The calls of one LMS's users, in Redis. */
export function createCallBudget(run: Scripts, lms: LmsId, callsPerMinute: number): CallBudget {
  return {
    reserve: async (request) => {
      const asked = JSON.stringify({ ...request, limit: callsPerMinute })
      const answer = Answer.parse(await run('reserveCalls', lms, asked))
      if (answer[0] === 0) return { status: answer[1], waitMs: answer[2] }
      const [, user, count] = answer
      const ids = Array.from({ length: count }, (_, index) => `${request.waiter}-${index + 1}`)
      return { status: 'reserved', calls: ids.map((id) => ({ user, class: request.class, id })) }
    },
    begin: async ({ user, class: of, id }, longestMs) => {
      const answer = Number(await run('beginCall', lms, user, of, id, longestMs))
      if (answer < 0) return { status: 'throttled', waitMs: -answer }
      return { status: answer === 1 ? 'go' : 'lapsed' }
    },
    end: async ({ user, class: of, id }) => {
      await run('endCall', lms, user, of, id)
    },
    giveBack: async (calls) => {
      if (calls.length > 0) await run('giveBackCalls', lms, JSON.stringify(calls))
    },
    stopWaiting: async (waiter) => {
      await run('stopWaiting', lms, waiter)
    },
    throttle: async (user, forMs) => {
      await run('throttleUser', lms, user, Math.ceil(forMs))
    },
    left: async (users) => Number(await run('callsLeft', lms, JSON.stringify(users), callsPerMinute)),
  }
}
