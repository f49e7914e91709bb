import { createHash } from 'node:crypto'
import { toFailure, type FailureCode } from '@seatkeeper/core'
import { textOf } from './answer-body.ts'
import { claimsOf } from './token-claims.ts'
import type { Tokens } from './tokens.ts'

/** An OAuth2 application of ours at the LMS. */
export interface Caller {
  readonly clientSecret: string
  readonly tokens: Tokens
}

/** All our applications at one LMS, and the users behind them, whom the LMS counts. */
export interface Callers {
  /** The users who may call, each once. @throws JobFailure if no application gets a token. */
  users(signal: AbortSignal): Promise<readonly string[]>
  /** Those of them that a token has told of so far. */
  knownUsers(): readonly string[]
  /** An application of that user, or of anybody; one that is not resting. */
  callerOf(user: string | undefined): Caller
  mayCall(user: string): boolean
  count(): number
  /** The LMS refuses this application: the others go on without it for a minute. False if there are no others. */
  rest(caller: Caller, code: FailureCode): boolean
}

export interface CallersOptions {
  readonly nowMs: () => number
  /** Told of an application that the LMS refuses while others go on; `client` is its place among them, from 0. */
  readonly onRest?: ((client: number, code: FailureCode) => void) | undefined
}

const restMs = 60_000

interface Known extends Caller {
  user: string | undefined
  restsUntilMs: number
}

/** At least one application is always awake: that of a refused only one fails by itself. */
export function createCallers(
  applications: readonly [Caller, ...Caller[]],
  { nowMs, onRest }: CallersOptions,
): Callers {
  const known: readonly Known[] = applications.map((caller) => ({ ...caller, user: undefined, restsUntilMs: 0 }))
  const awake = () => known.filter(({ restsUntilMs }) => restsUntilMs <= nowMs())
  const knownUsers = () => [...new Set(awake().flatMap(({ user }) => (user === undefined ? [] : [user])))]
  const rest = (caller: Caller, code: FailureCode) => {
    const place = known.findIndex((each) => each === caller)
    const found = known[place]
    if (found === undefined || awake().every((other) => other === found)) return false
    if (found.restsUntilMs > nowMs()) return true
    found.restsUntilMs = nowMs() + restMs
    onRest?.(place, code)
    return true
  }
  return {
    rest,
    knownUsers,
    count: () => known.length,
    users: async (signal) => {
      for (const caller of awake()) {
        try {
          caller.user ??= userOf(await caller.tokens.current(signal))
        } catch (thrown) {
          const { code } = toFailure(thrown)
          if (code !== 'LMS_TOKEN_REFUSED' || !rest(caller, code)) throw thrown
        }
      }
      return knownUsers()
    },
    callerOf: (user) =>
      awake().find((caller) => user === undefined || caller.user === user) ?? awake()[0] ?? applications[0],
    mayCall: (user) => awake().some((caller) => caller.user === user),
  }
}

/**
 * The user behind a token, by a name that gives nobody away. Two applications of one user have the same, and so one minute
 * to share. Tokens that name nobody count as those of one user.
 */
function userOf(token: string): string {
  const claims = claimsOf(token)
  const name = textOf(claims, 'preferred_username') ?? textOf(claims, 'sub')
  return createHash('sha256')
    .update(`user ${String(name)}`)
    .digest('base64url')
    .slice(0, 16)
}
