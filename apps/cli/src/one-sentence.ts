import { failures, JobFailure } from '@seatkeeper/core'
import { StartError } from '@seatkeeper/service'

/** Asks a shop or an LMS. @throws StartError with a failure's code and what to do about it, in place of the failure. */
export async function inOneSentence<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error
    throw new StartError(`${error.code}: ${failures[error.code].advice}`, { cause: error })
  }
}
