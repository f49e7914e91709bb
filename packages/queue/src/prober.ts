import { toFailure, type Gates, type JobFailure } from '@seatkeeper/core'

/** What the other side said when asked something that depends on no order. `unknown`: it was not our turn to ask. */
export type ProbeAnswer =
  { readonly kind: 'well' } | { readonly kind: 'unknown' } | { readonly kind: 'ill'; readonly failure: JobFailure }

/** Asks one LMS or shop how it is; shared by all that want to know in one process, and rationed among processes. */
export interface Prober {
  /**
   * @param sinceMs only a call made at or after this moment, by `performance.now()`, may say `well`: an older one knows
   *                nothing of what failed since. A bad answer serves as long as it is fresh.
   */
  ask(sinceMs: number): Promise<ProbeAnswer>
}

export interface ProberOptions {
  readonly gate: string
  readonly gates: Gates
  /** `probe` of a `Store` or `Lms`. */
  readonly probe: (signal: AbortSignal) => Promise<void>
  /** One call per this time among all processes. A probe that takes longer counts as failed. */
  readonly everyMs?: number
}

/** Makes the one voice that asks behind a gate. */
export function createProber({ gate, gates, probe, everyMs = 5000 }: ProberOptions): Prober {
  let last: { readonly atMs: number; readonly answer: Promise<ProbeAnswer> } | undefined

  const call = async (): Promise<ProbeAnswer> => {
    try {
      await probe(AbortSignal.timeout(everyMs))
      return { kind: 'well' }
    } catch (error) {
      return { kind: 'ill', failure: toFailure(error) }
    }
  }
  const known = async (sinceMs: number): Promise<ProbeAnswer | undefined> => {
    if (last === undefined) return undefined
    const { atMs, answer } = last
    const said = await answer
    const isFresh = said.kind === 'ill' ? performance.now() - atMs < everyMs : atMs >= sinceMs
    return isFresh ? said : undefined
  }
  return {
    ask: async (sinceMs) => {
      const said = await known(sinceMs)
      if (said !== undefined) return said
      if (!(await gates.claimProbe(gate, everyMs))) return (await known(sinceMs)) ?? { kind: 'unknown' }
      last = { atMs: performance.now(), answer: call() }
      return last.answer
    },
  }
}
