import type { Worker } from 'bullmq'

/** Why a worker does not fetch. */
type PauseReason = 'gate' | 'errors' | 'operator'

/** Reasons for one worker to pause; it fetches while there is none. */
export interface Pauses {
  isPaused(): boolean
  add(reason: PauseReason): void
  remove(reason: PauseReason): void
}

/** Keeps reasons apart, so that the end of one does not end the other. What runs goes on. */
export function createPauses(
  worker: () => Pick<Worker, 'pause' | 'resume'>,
  onError: (thrown: unknown) => void,
  atFirst: readonly PauseReason[] = [],
): Pauses {
  const reasons = new Set<PauseReason>(atFirst)
  return {
    isPaused: () => reasons.size > 0,
    add: (reason) => {
      if (reasons.has(reason)) return
      reasons.add(reason)
      worker().pause(true).catch(onError)
    },
    remove: (reason) => {
      if (!reasons.delete(reason) || reasons.size > 0) return
      worker().resume().catch(onError)
    },
  }
}
