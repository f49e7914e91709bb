import { types } from 'node:util'
import type { Logger } from './logger.ts'
import { redactText } from './redaction.ts'
import { startProblem } from './start-error.ts'

/** Something that ends in an orderly way: a worker, a server, a connection. */
export interface Closable {
  close(): unknown
}

/** What of `process` is used here. */
export interface ProcessEnd {
  on(
    event: 'SIGTERM' | 'SIGINT' | 'uncaughtException' | 'unhandledRejection',
    listener: (what: unknown) => void,
  ): unknown
  exit(code: number): unknown
}

export interface ClosingOptions {
  /** Everything together; after that the process ends with code 1. */
  readonly deadlineMs?: number
  readonly process?: ProcessEnd
  /** A clock that never goes back; `performance.now()` unless given. */
  readonly nowMs?: () => number
}

const sameSignalMs = 1000

/**
 * At SIGTERM or SIGINT closes everything, one after the other in the given order, and ends the process.
 *
 * The code is 0; it is 1 if something failed to close (the rest is closed all the same), at the deadline, and at once on
 * a second signal. Signals within a second are one: what a terminal sends to all, a wrapper such as npm may pass on again.
 */
export function closeOnSignal(log: Logger, closables: readonly Closable[], options: ClosingOptions = {}): void {
  const { deadlineMs = 20_000, process = globalThis.process, nowMs = () => performance.now() } = options
  let deadline: NodeJS.Timeout | undefined
  let closingSinceMs = 0
  const end = (code: number, reason: string) => {
    clearTimeout(deadline)
    log[code === 0 ? 'info' : 'error']('process.closed', { code, reason })
    process.exit(code)
  }
  const onSignal = (signal: unknown) => {
    if (deadline !== undefined) return nowMs() - closingSinceMs > sameSignalMs ? end(1, 'second signal') : undefined
    closingSinceMs = nowMs()
    log.info('process.closing', { signal })
    deadline = setTimeout(end, deadlineMs, 1, 'deadline')
    void closeAll(log, closables).then((failed) => (failed === 0 ? end(0, 'closed') : end(1, 'failed to close')))
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

/**
 * Logs whatever nobody caught as `process.crashed`, redacted, and ends the process with code 1.
 *
 * Node's own way prints every field of an error, and clients hang commands and requests on theirs.
 */
export function exitOnCrash(log: Logger, process: ProcessEnd = globalThis.process): void {
  const onCrash = (error: unknown) => {
    log.error('process.crashed', { error })
    process.exit(1)
  }
  process.on('uncaughtException', onCrash)
  process.on('unhandledRejection', onCrash)
}

/** Prints why the process does not start, as one sentence where an operator can act, and ends it with code 1. */
export function failStart(error: unknown, process: Pick<ProcessEnd, 'exit'> = globalThis.process): void {
  console.error(startProblem(error) ?? `Could not start because of a bug of ours: ${tellBug(error)}`)
  process.exit(1)
}

async function closeAll(log: Logger, closables: readonly Closable[]): Promise<number> {
  let failed = 0
  for (const closable of closables) {
    try {
      await closable.close()
    } catch (error) {
      failed += 1
      log.error('process.close-failed', { error })
    }
  }
  return failed
}

function tellBug(error: unknown): string {
  return redactText(types.isNativeError(error) ? (error.stack ?? error.message) : String(error))
}
