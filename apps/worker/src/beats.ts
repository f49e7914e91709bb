import type { Beats } from '@seatkeeper/ledger'
import type { AttemptReport } from '@seatkeeper/queue'

/** Adds up what a process does, to be told now and then. */
export interface BeatCounter {
  readonly count: (report: AttemptReport) => void
  /** What came since the last call. */
  take(): Beats
}

const none: Beats = { done: 0, failed: 0, longestMs: 0 }

/** Counts seats and orders; chores go round by themselves and would hide them. */
export function createBeatCounter(): BeatCounter {
  let beats = none
  return {
    count: ({ lane, ...report }) => {
      if (lane.startsWith('chores.') || lane.startsWith('audit.')) return
      if (report.end === 'failed') beats = { ...beats, failed: beats.failed + 1 }
      if (report.end !== 'outcome') return
      const longestMs = report.outcome.status === 'applied' ? report.sinceWokenMs : 0
      beats = { ...beats, done: beats.done + 1, longestMs: Math.max(beats.longestMs, longestMs) }
    },
    take: () => {
      const taken = beats
      beats = none
      return taken
    },
  }
}
