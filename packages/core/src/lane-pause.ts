/** A lane that an operator stopped, until one lets it go on. */
export interface LanePause {
  readonly lane: string
  readonly by: string
  /** Names nobody. */
  readonly reason: string
  readonly atMs: number
}

/** Who stops a lane or lets it go on, and why. */
export interface LaneDecision {
  readonly lane: string
  readonly by: string
  readonly reason: string
}

/** Lanes stopped by hand: over restarts, for all workers. Every change is one atomic step with its entry in the operator log. */
export interface LanePauses {
  pausedLanes(): Promise<readonly LanePause[]>
  /** False if it was paused before; then that stays as it was. */
  pauseLane(decision: LaneDecision): Promise<boolean>
  /** False if it was not paused. */
  resumeLane(decision: LaneDecision): Promise<boolean>
}
