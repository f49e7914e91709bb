/** How much of a fault test is run: `small` in well under a minute on two cores, `full` at the numbers it is named for. */
export type Scale = 'small' | 'full'

/** What a run is given. */
export interface FaultRun {
  readonly scale: Scale
  /** Of every chance in it; the same seed injects the same faults. */
  readonly seed: number
  /** Tells a person how far it is. */
  readonly say: (text: string) => void
}

/** What one run of a fault test came to. */
export interface FaultReport {
  /** What was asked of the system, in words with numbers. */
  readonly load: string
  /** What was done to it, in words with numbers. */
  readonly faults: string
  /** What was acknowledged and is gone, or never came about. */
  readonly lost: readonly string[]
  /** What came about more often than it was asked for. */
  readonly duplicated: readonly string[]
  /** Every other promise that was broken, a sentence each. */
  readonly broken: readonly string[]
  /** Of an ingress; null where none was asked. */
  readonly worstAnswerMs: number | null
  /** What was measured besides, by name. */
  readonly figures?: Readonly<Record<string, string>>
}

/**
 * One fault and the promise that is held against it.
 *
 * Its control is the same run with the guard composed away: unless that comes out unsound, the test sees nothing.
 */
export interface FaultTest {
  /** Names it on the command line. */
  readonly name: string
  /** One sentence: what is done, and what must hold. */
  readonly promise: string
  /** What must be installed for it first, in one sentence; null where nothing is missing. */
  lacks?(): Promise<string | null>
  run(run: FaultRun): Promise<FaultReport>
  readonly control: {
    /** The guard that is missing. */
    readonly without: string
    run(run: FaultRun): Promise<FaultReport>
  }
}

/** Whether nothing was lost, doubled or broken. */
export function isSound({ lost, duplicated, broken }: FaultReport): boolean {
  return lost.length === 0 && duplicated.length === 0 && broken.length === 0
}
