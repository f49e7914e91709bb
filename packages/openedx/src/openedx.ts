import type { CallBudget, FailureCode, Lms, MeteredLms, OnRequest } from '@seatkeeper/core'
import { findAccount, probe } from './accounts.ts'
import { createApi, type OnCall } from './api.ts'
import { createCallers, type Caller } from './callers.ts'
import type { Credentials, LmsConfig } from './config.ts'
import { readEnrolments } from './enrolment-list.ts'
import { readEnrolment, writeEnrolment } from './enrolments.ts'
import { createHttpClient } from './http-client.ts'
import { invite, withdrawInvitation } from './invitations.ts'
import { createOpenings } from './openings.ts'
import { createPurse, type Purse } from './purse.ts'
import { createSharingEntrance } from './sharing-entrance.ts'
import type { TokenCache } from './token-cache.ts'
import { createTokenGrant } from './token-grant.ts'
import { toldRequests } from './told-requests.ts'
import { createTokens } from './tokens.ts'

/** What the adapter needs from outside: what all workers share, a clock, and who wants to know. */
export interface OpenedxTools {
  /** Of one OAuth2 application, by its client id. */
  readonly tokens: (clientId: string) => TokenCache
  readonly budget: CallBudget
  readonly nowMs?: () => number
  readonly onCall?: OnCall
  /** Told of every request, those for tokens and those that are repeated included. */
  readonly onRequest?: OnRequest
  /** Told of an application that the LMS refuses while others go on; `client` is its place among `credentials`, from 1, or 0. */
  readonly onRest?: (client: number, code: FailureCode) => void
  /** Told once of each code with which the LMS refuses to list rows: each is read by a call of its own then. */
  readonly onListRefused?: (code: FailureCode) => void
}

/** A call's own limit does not hold for the token that it may need first. */
const callSlackMs = 5000

/** One Open edX LMS behind the core's port, by its v1 enrolment API (Quince and newer) as staff users. */
export function createOpenedx(config: LmsConfig, tools: OpenedxTools): MeteredLms {
  const { budget, nowMs = Date.now, onCall = () => undefined, onRequest, onListRefused } = tools
  const send = createHttpClient({ timeoutMs: config.callTimeoutMs })
  const sendForToken = toldRequests(send, 'token', onRequest)
  const callerOf = ({ clientId, clientSecret }: Credentials): Caller => ({
    clientSecret,
    tokens: createTokens({
      cache: tools.tokens(clientId),
      grant: createTokenGrant({ url: config.url, clientId, clientSecret }, sendForToken, nowMs),
      nowMs,
      patienceMs: config.callTimeoutMs,
    }),
  })
  const callers = createCallers([callerOf(config), ...config.credentials.map(callerOf)], {
    nowMs,
    onRest: tools.onRest,
  })
  const apiOf = createApi({ url: config.url, send, callers, budget, nowMs, onCall, onRequest })
  const purseParts = { budget, callers, longestCallMs: config.callTimeoutMs + callSlackMs }
  const own = createPurse(purseParts, 'housekeeping')
  const readOpening = createOpenings(apiOf(own), nowMs)
  const lmsOf = (purse: Purse): Lms => {
    const api = apiOf(purse)
    return {
      findAccount: (email, signal) => findAccount(api, email, signal),
      readEnrolment: (username, course, signal) => readEnrolment(api, username, course, signal),
      writeEnrolment: (write, signal) => writeEnrolment(api, write, signal),
      invite: (invitation, signal) => invite(api, invitation, signal),
      withdrawInvitation: (invitation, signal) => withdrawInvitation(api, invitation, signal),
      readEnrolments: (usernames, signal) => readEnrolments(api, usernames, signal),
      readOpening,
      probe: (signal) => probe(api, signal),
    }
  }
  return {
    ...lmsOf(own),
    entrance: (jobs) => createSharingEntrance({ purseParts, lmsOf, apiOf, nowMs, onRefused: onListRefused }, jobs),
    callsLeft: async () => {
      const users = callers.knownUsers()
      return users.length === 0 ? undefined : budget.left(users)
    },
  }
}
