import type { Lms } from '@seatkeeper/core'
import type { RedisLedger } from '@seatkeeper/ledger'
import {
  createProber,
  keepGate,
  type AttemptReport,
  type DeadLetters,
  type LaneWorker,
  type QueuePlace,
  type WakeUps,
  type WorkerDeps,
} from '@seatkeeper/queue'
import type { Logger } from '@seatkeeper/service'
import type { Signals } from './signals.ts'
import type { TraceSignals } from './trace-signals.ts'

/** What all lanes of one process share. */
export interface Bench {
  readonly ledger: RedisLedger
  readonly place: QueuePlace
  readonly wake: WakeUps['wake']
  readonly deadLetters: Pick<DeadLetters, 'add'>
  /** Jobs at a time in each lane. */
  readonly concurrency: number
  readonly log: Logger
  readonly signals: Signals
  readonly onAttempt: (report: AttemptReport) => void
  readonly traces: TraceSignals
}

/** The workers behind one gate, what keeps the gate, and what is to be done before they can do all their work. */
export interface Lanes {
  readonly workers: readonly LaneWorker[]
  /** Safe to do again. */
  prepare(): Promise<void>
  close(): Promise<void>
}

/** Starts the workers that stand behind one gate, and the keeper that asks the other side while it is shut. */
export function behindGate(
  { ledger, place, deadLetters, concurrency, log, onAttempt, traces }: Bench,
  gate: string,
  other: Pick<Lms, 'probe'>,
  start: (deps: WorkerDeps) => readonly LaneWorker[],
): Omit<Lanes, 'prepare'> {
  const { gates } = ledger
  const prober = createProber({ gate, gates, probe: (signal) => other.probe(signal) })
  const onError = (error: unknown) => log.warn('queue.error', { gate, error })
  const workers = start({
    ...place,
    agenda: ledger,
    gate,
    gates,
    prober,
    deadLetters,
    concurrency,
    onAttempt,
    aroundAttempt: traces.aroundAttempt,
    onError,
    isHeld: true,
  })
  const keeper = keepGate({
    gate,
    gates,
    workers,
    prober,
    onShut: (name, { state, code }) => log.warn('gate.shut', { gate: name, state, code }),
    onOpen: (name) => log.info('gate.opened', { gate: name }),
    onError,
  })
  return {
    workers,
    close: async () => {
      await keeper.close()
      await Promise.all(workers.map((worker) => worker.close()))
    },
  }
}
