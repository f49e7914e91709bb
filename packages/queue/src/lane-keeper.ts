import type { LanePause, LanePauses } from '@seatkeeper/core'
import { repeat } from './repeat.ts'
import { sampleErrors, type OnError } from './sampled-errors.ts'
import type { LaneWorker } from './worker.ts'

export interface LaneKeeperOptions {
  readonly pauses: Pick<LanePauses, 'pausedLanes'>
  /** All workers of this process; they begin held. */
  readonly workers: readonly Pick<LaneWorker, 'lane' | 'hold' | 'letGo'>[]
  readonly pollMs?: number
  /** Told once for each lane of this process that an operator stopped or let go on. */
  readonly onPaused: (pause: LanePause) => void
  readonly onResumed: (lane: string) => void
  readonly onError: OnError
}

/** Keeps the workers of one process away from lanes that an operator stopped. */
export interface LaneKeeper {
  close(): Promise<void>
}

/**
 * Reads once per `pollMs` which lanes are stopped and holds their workers; what runs goes on.
 *
 * Workers begin held and are let go at the first reading, so no restart slips a job into a stopped lane.
 */
export function keepLanes(options: LaneKeeperOptions): LaneKeeper {
  const { pauses, workers, pollMs = 1000, onPaused, onResumed } = options
  let known = new Set<string>()
  const turn = async () => {
    const paused = new Map((await pauses.pausedLanes()).map((pause) => [pause.lane, pause]))
    for (const worker of workers) {
      const pause = paused.get(worker.lane)
      if (pause === undefined) worker.letGo()
      else worker.hold()
      if (pause !== undefined && !known.has(worker.lane)) onPaused(pause)
      if (pause === undefined && known.has(worker.lane)) onResumed(worker.lane)
    }
    known = new Set(paused.keys())
  }
  const turns = repeat(turn, pollMs, sampleErrors(options.onError))
  return { close: () => turns.close() }
}
