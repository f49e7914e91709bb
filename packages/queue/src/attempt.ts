import { JobFailure, toFailure, type Outcome } from '@seatkeeper/core'

/** How one run of a handler ended. `cancelled`: by us, because the process closes or the job's lock is lost. */
export type AttemptEnd =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly failure: JobFailure }
  | { readonly kind: 'cancelled' }

export interface AttemptBounds {
  readonly deadlineMs: number
  /** How long a handler may tidy up after its signal; then it is left behind, so that no slot is held for ever. */
  readonly graceMs: number
  /** BullMQ's own signal. */
  readonly cancelled: AbortSignal
}

/**
 * Runs a handler under its deadline.
 *
 * A failure that the handler names itself is taken at its word even after the deadline: it knows best what an aborted
 * call left behind. Anything else thrown after it is DEADLINE_PASSED.
 */
export async function runAttempt(
  work: (signal: AbortSignal) => Promise<Outcome>,
  { deadlineMs, graceMs, cancelled }: AttemptBounds,
): Promise<AttemptEnd> {
  const deadline = AbortSignal.timeout(deadlineMs)
  const signal = AbortSignal.any([deadline, cancelled])
  const patience = patienceAfter(signal, graceMs)
  try {
    return { kind: 'outcome', outcome: await Promise.race([work(signal), patience.ended]) }
  } catch (error) {
    if (cancelled.aborted) return { kind: 'cancelled' }
    const isLate = deadline.aborted && !(error instanceof JobFailure)
    return { kind: 'failed', failure: isLate ? deadlinePassed(deadlineMs, error) : toFailure(error) }
  } finally {
    patience.drop()
  }
}

function deadlinePassed(deadlineMs: number, cause: unknown): JobFailure {
  return new JobFailure('DEADLINE_PASSED', `not done within ${deadlineMs} ms`, { cause })
}

/** `ended` rejects `graceMs` after the signal. */
function patienceAfter(signal: AbortSignal, graceMs: number) {
  const { promise: ended, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    timer = setTimeout(() => reject(new Error('the handler went on after its signal')), graceMs)
  }
  signal.addEventListener('abort', start, { once: true })
  if (signal.aborted) start()
  return {
    ended,
    drop: () => {
      signal.removeEventListener('abort', start)
      clearTimeout(timer)
    },
  }
}
