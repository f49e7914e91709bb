/** What calls to an LMS are made for. */
export type CallClass = 'revoke' | 'enroll' | 'housekeeping'

/** One call that may be made, by one of the LMS's users. It counts against that user's minute from its promise on. */
export interface PromisedCall {
  /** The user behind an access token, by a name that gives nobody away. */
  readonly user: string
  readonly class: CallClass
  readonly id: string
}

/** The calls that a job is expected to make. */
export interface JobCalls {
  readonly class: CallClass
  readonly calls: number
  /** Calls that jobs which begin together make once for all of them: reads that one answer serves. None unless given. */
  readonly shared?: number
  /** A call that was not begun by then is not promised any more: its holder died. */
  readonly holdMs: number
}

/** Some calls that are to be made together, all by the same user. */
export interface CallRequest extends Omit<JobCalls, 'shared'> {
  /** More than the class is ever granted counts as what it is granted. */
  readonly calls: number
  /** Where there are not so many, as many as there are will do, down to this; all unless given. */
  readonly least?: number
  /** Those who may make them; the one with most left is taken. At least one. */
  readonly users: readonly string[]
  /** Names who asks, the same each time it asks again, so that waiting revokes and housekeeping are seen. */
  readonly waiter: string
}

/** `later`: asking again is worth while after `waitMs`. `throttled`: the LMS has all the users wait for so long. */
export type Reserved =
  | { readonly status: 'reserved'; readonly calls: readonly PromisedCall[] }
  | { readonly status: 'later' | 'throttled'; readonly waitMs: number }

/**
 * How many calls the users of one LMS make in any minute; shared by all workers. Every method is one atomic step; times are
 * the ledger's own clock.
 *
 * Of each user's calls a twentieth is kept from enrolments for revokes; and while a revoke waits, nothing else is promised a call.
 * Housekeeping has a tenth and no more: enrolments leave it that while it is used or waited for, and have it else.
 *
 * A call counts from its promise until a minute after its end. The LMS counts it at some moment between, so that in no minute of
 * its own it sees more than were allowed here.
 */
export interface CallBudget {
  reserve(request: CallRequest): Promise<Reserved>
  /**
   * Asked right before each call, which may last for `longestMs`. `lapsed`: it was held for too long and is not promised any
   * more. `throttled`: not now.
   */
  begin(
    call: PromisedCall,
    longestMs: number,
  ): Promise<{ readonly status: 'go' | 'lapsed' } | { readonly status: 'throttled'; readonly waitMs: number }>
  /** The call is over: answered, refused, or given up. */
  end(call: PromisedCall): Promise<void>
  /** For calls that were not begun and will not be. */
  giveBack(calls: readonly PromisedCall[]): Promise<void>
  /** For who will not ask again. */
  stopWaiting(waiter: string): Promise<void>
  /** The LMS has this user wait: none of its calls is begun for so long. A longer wait is never shortened. */
  throttle(user: string, forMs: number): Promise<void>
  /** Calls that these users may still make now, all together. */
  left(users: readonly string[]): Promise<number>
}

/** Says always yes: for a command while Redis is away, because then no worker calls either. */
export const uncountedCalls: CallBudget = {
  reserve: async ({ class: of, calls, users: [user = ''], waiter }) => ({
    status: 'reserved',
    calls: Array.from({ length: calls }, (_, index) => ({ user, class: of, id: `${waiter}-${index}` })),
  }),
  begin: async () => ({ status: 'go' }),
  end: async () => undefined,
  giveBack: async () => undefined,
  stopWaiting: async () => undefined,
  throttle: async () => undefined,
  left: async () => Infinity,
}
