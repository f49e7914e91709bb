import type { Handler } from './processor.ts'

/** What runs one job that was let in. */
export interface Admitted<Data> {
  readonly handler: Handler<Data>
  /** How many calls to the LMS were made so far, where they are counted. */
  readonly calls?: () => number
  /** Whatever became of the job: what it did not need goes back. */
  leave(): Promise<void>
}

/** A handler that needs something before its job begins, such as calls that it may make. */
export interface Admission<Data> {
  /**
   * Waits as long as it takes: no deadline runs, and the job holds its place, so that the lane fetches no more than it can
   * do. Whatever it throws once the signal ended it puts the job back without an attempt; else it is the job's own failure.
   */
  admit(signal: AbortSignal): Promise<Admitted<Data>>
}

/** A handler, or what lets one in. */
export type Work<Data> = Handler<Data> | Admission<Data>

/** Lets a job in at once if its handler needs nothing. */
export async function admit<Data>(work: Work<Data>, signal: AbortSignal): Promise<Admitted<Data>> {
  return typeof work === 'function' ? { handler: work, leave: async () => undefined } : work.admit(signal)
}
