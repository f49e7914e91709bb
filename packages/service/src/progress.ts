/** Whether some work still moves. A ping proves a connection; only a beat proves progress. */
export interface Progress {
  /** Called wherever the work comes round: a job done, a fetch answered, a sweep ended. */
  beat(): void
  /** False once the last beat (or the start) is longer ago than allowed. */
  isProgressing(): boolean
}

export interface ProgressOptions {
  /** The longest time that may pass between two beats while all is well. */
  readonly staleAfterMs: number
  /** A clock that never goes back; `performance.now()` unless given. */
  readonly nowMs?: () => number
}

/** Measures progress from now on. */
export function createProgress({ staleAfterMs, nowMs = () => performance.now() }: ProgressOptions): Progress {
  let lastBeatMs = nowMs()
  return {
    beat: () => {
      lastBeatMs = nowMs()
    },
    isProgressing: () => nowMs() - lastBeatMs <= staleAfterMs,
  }
}
