import type { DeadFilter } from '@seatkeeper/core'
import { replay, type ReplayParts } from '@seatkeeper/fulfilment'
import type { Logger } from '@seatkeeper/service'

/** A replay of many, under way or over. */
export interface ReplayRun {
  readonly by: string
  readonly filter: DeadFilter
  readonly done: number
  readonly of: number
  readonly state: 'running' | 'done' | 'failed'
}

/** Replays that go on behind the pages: they are paced, and a person does not wait for thousands. */
export interface ReplayRuns {
  /** Begins one, and waits a moment for its end. */
  start(filter: DeadFilter, by: string): Promise<ReplayRun>
  /** The latest first; a few. */
  recent(): readonly ReplayRun[]
  /** Ends them between two items: what was not replayed stays dead. */
  close(): Promise<void>
}

const waitedForMs = 1500
const mostKept = 5

/** Runs replays in this process. Which they were is forgotten with it; what each did stands in the ledger. */
export function createReplayRuns({ log, ...parts }: ReplayParts & { readonly log: Logger }): ReplayRuns {
  const run = replay(parts)
  const ending = new AbortController()
  const begun: { run: ReplayRun; end: Promise<void> }[] = []
  return {
    start: async (filter, by) => {
      const entry: (typeof begun)[number] = {
        run: { by, filter, done: 0, of: 0, state: 'running' },
        end: Promise.resolve(),
      }
      const note = (change: Partial<ReplayRun>) => void (entry.run = { ...entry.run, ...change })
      entry.end = run({ filter, by, onProgress: note, signal: ending.signal }).then(
        ({ replayed }) => note({ state: 'done', done: replayed.length }),
        (error: unknown) => {
          note({ state: 'failed' })
          if (!ending.signal.aborted) log.error('replay.failed', { error })
        },
      )
      begun.unshift(entry)
      begun.splice(mostKept)
      await Promise.race([entry.end, after(waitedForMs)])
      return entry.run
    },
    recent: () => begun.map((entry) => entry.run),
    close: async () => {
      ending.abort()
      await Promise.all(begun.map(({ end }) => end))
    },
  }
}

function after(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms).unref()
  return promise
}
