import { failures, JobFailure } from '@seatkeeper/core'

/** `unknown`: it could not be found out. */
export type State = 'ok' | 'warning' | 'wrong' | 'unknown'

/** What a look at one thing came to. */
export interface Verdict {
  readonly state: State
  /** One sentence. */
  readonly what: string
  /** What to do about it; empty if nothing. */
  readonly fix: string
}

/** One thing to look at; independent of all others. What it throws is a verdict, too. */
export interface Check {
  /** Whom it is about, such as `store shop`. */
  readonly subject: string
  readonly name: string
  run(signal: AbortSignal): Promise<readonly Verdict[]>
}

export interface Finding extends Verdict {
  readonly subject: string
  readonly check: string
}

export const ok = (what: string): Verdict => ({ state: 'ok', what, fix: '' })
export const warning = (what: string, fix: string): Verdict => ({ state: 'warning', what, fix })
export const wrong = (what: string, fix: string): Verdict => ({ state: 'wrong', what, fix })
export const unknown = (what: string, fix: string): Verdict => ({ state: 'unknown', what, fix })

/** What a failure says of the thing that was looked at: who is out or overrun may be well otherwise. */
export function verdictOn(thrown: unknown): Verdict {
  if (!(thrown instanceof JobFailure)) return unknown('It could not be looked at.', 'Look at the other findings first.')
  const { advice } = failures[thrown.code]
  const isTheirFault = thrown.verdict === 'permanent' || thrown.verdict === 'misconfigured'
  return { state: isTheirFault ? 'wrong' : 'unknown', what: `${thrown.code}: ${thrown.message}.`, fix: advice }
}
