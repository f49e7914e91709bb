import type { FailureCode } from './failure.ts'

/** One request that was made to an LMS or a shop, as a trace shows it: nothing of whom it was about. */
export interface RequestMade {
  /** Our word for what was asked. */
  readonly endpoint: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** The path with names in place of what differs from call to call; never its query. */
  readonly route: string
  /** Null where no whole answer came. */
  readonly status: number | null
  /** Null where it was answered well, be it that there is nothing. */
  readonly code: FailureCode | null
  readonly durationMs: number
}

/** Told of each request when it is over, in the context of the job that made it. */
export type OnRequest = (request: RequestMade) => void
