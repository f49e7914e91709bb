import type { Lms } from '@seatkeeper/core'
import { findAccount, probe } from './accounts.ts'
import { createApi } from './api.ts'
import type { LmsConfig } from './config.ts'
import { readEnrolments } from './enrolment-list.ts'
import { readEnrolment, writeEnrolment } from './enrolments.ts'
import { createHttpClient } from './http-client.ts'
import { invite, withdrawInvitation } from './invitations.ts'
import { createOpenings } from './openings.ts'
import type { TokenCache } from './token-cache.ts'
import { createTokenGrant } from './token-grant.ts'
import { createTokens } from './tokens.ts'

/** What the adapter needs from outside: a token cache shared by all workers, and a clock. */
export interface OpenedxTools {
  readonly tokens: TokenCache
  readonly nowMs?: () => number
}

/** One Open edX LMS behind the core's port, by its v1 enrolment API (Quince and newer) as a staff user. */
export function createOpenedx(config: LmsConfig, { tokens: cache, nowMs = Date.now }: OpenedxTools): Lms {
  const send = createHttpClient({ timeoutMs: config.callTimeoutMs })
  const grant = createTokenGrant(config, send, nowMs)
  const tokens = createTokens({ cache, grant, nowMs, patienceMs: config.callTimeoutMs })
  const api = createApi({ config, send, tokens, nowMs })
  return {
    findAccount: (email, signal) => findAccount(api, email, signal),
    readEnrolment: (username, course, signal) => readEnrolment(api, username, course, signal),
    writeEnrolment: (write, signal) => writeEnrolment(api, write, signal),
    invite: (invitation, signal) => invite(api, invitation, signal),
    withdrawInvitation: (invitation, signal) => withdrawInvitation(api, invitation, signal),
    readEnrolments: (usernames, signal) => readEnrolments(api, usernames, signal),
    readOpening: createOpenings(api, nowMs),
    probe: (signal) => probe(api, signal),
  }
}
