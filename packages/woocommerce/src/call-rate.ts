import { setTimeout as sleep } from 'node:timers/promises'
import { JobFailure } from '@seatkeeper/core'

/** Resolves once a call may be made. */
export type CallRate = (signal: AbortSignal) => Promise<void>

interface Window {
  readonly calls: number
  readonly perMs: number
}

/** A minute's limit in tenths (one call at least), so that nobody who comes late waits for most of a minute. */
export function windowOf(callsPerMinute: number): Window {
  const calls = Math.max(1, Math.floor(callsPerMinute / 10))
  return { calls, perMs: (calls * 60_000) / callsPerMinute }
}

/** What waiting needs; tests bring a clock of their own. */
export interface RateClock {
  /** Never goes back. */
  nowMs(): number
  /** Resolves after a while, or once the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

const realClock: RateClock = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
}

/**
 * Holds the calls of this process to one shop back, so that a small shop is not stormed.
 *
 * In any stretch of `perMs` there are at most so many calls. Whoever gives up waiting takes no call with them. Other
 * processes have a limit of their own.
 *
 * @throws JobFailure DEADLINE_PASSED once the caller has aborted.
 */
export function createCallRate({ calls, perMs }: Window, clock: RateClock = realClock): CallRate {
  let startedAtMs: number[] = []
  return async (signal) => {
    for (;;) {
      if (signal.aborted) throw new JobFailure('DEADLINE_PASSED', 'a call to the shop was aborted before its turn')
      const nowMs = clock.nowMs()
      startedAtMs = startedAtMs.filter((atMs) => atMs > nowMs - perMs)
      const [earliestMs = nowMs] = startedAtMs
      if (startedAtMs.length < calls) return void startedAtMs.push(nowMs)
      await clock.wait(earliestMs + perMs - nowMs, signal)
    }
  }
}
