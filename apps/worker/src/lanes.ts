import {
  enrollSeat,
  laneOf,
  readOrder as readOrderJob,
  revokeSeat,
  type Lms,
  type LmsId,
  type Store,
  type StoreId,
  type StorePolicy,
} from '@seatkeeper/core'
import { readOrder, settleSeat, type Patience } from '@seatkeeper/fulfilment'
import type { RedisLedger } from '@seatkeeper/ledger'
import {
  createProber,
  keepGate,
  startWorker,
  type AttemptReport,
  type DeadLetters,
  type LaneWorker,
  type QueuePlace,
  type WakeUps,
  type WorkerDeps,
} from '@seatkeeper/queue'
import type { Logger } from '@seatkeeper/service'
import type { Role } from './config.ts'

/** What all lanes of one process share. */
export interface Bench {
  readonly ledger: RedisLedger
  readonly place: QueuePlace
  readonly wakeUps: Pick<WakeUps, 'wake'>
  readonly deadLetters: Pick<DeadLetters, 'add'>
  /** Jobs at a time in each lane. */
  readonly concurrency: number
  readonly log: Logger
  readonly onAttempt: (report: AttemptReport) => void
}

/** The workers behind one gate, and what keeps the gate. */
export interface Lanes {
  readonly workers: readonly LaneWorker[]
  close(): Promise<void>
}

/** Settles the seats of one LMS: a lane for each role, so that a refund never waits behind a sale. */
export function startSeatLanes(
  bench: Bench,
  {
    id,
    lms,
    patience,
    roles,
  }: { readonly id: LmsId; readonly lms: Lms; readonly patience: Patience; readonly roles: readonly Role[] },
): Lanes {
  const settle = settleSeat({ ledger: bench.ledger, lms, patience, wake: (due) => bench.wakeUps.wake(due) })
  return behindGate(bench, `lms.${id}`, lms, (deps) => [
    ...(roles.includes('enroll') ? [startWorker(enrollSeat, laneOf.enroll(id), settle, deps)] : []),
    ...(roles.includes('revoke') ? [startWorker(revokeSeat, laneOf.revoke(id), settle, deps)] : []),
  ])
}

/** Reads the orders of one store. */
export function startOrderLane(
  bench: Bench,
  { id, store, policy }: { readonly id: StoreId; readonly store: Store; readonly policy: StorePolicy },
): Lanes {
  const read = readOrder({ ledger: bench.ledger, store, policy, wake: (due) => bench.wakeUps.wake(due) })
  return behindGate(bench, `store.${id}`, store, (deps) => [startWorker(readOrderJob, laneOf.orders(id), read, deps)])
}

function behindGate(
  { ledger, place, deadLetters, concurrency, log, onAttempt }: Bench,
  gate: string,
  other: Pick<Lms, 'probe'>,
  start: (deps: WorkerDeps) => readonly LaneWorker[],
): Lanes {
  const { gates } = ledger
  const prober = createProber({ gate, gates, probe: (signal) => other.probe(signal) })
  const onError = (error: unknown) => log.warn('queue.error', { gate, error })
  const workers = start({ ...place, agenda: ledger, gate, gates, prober, deadLetters, concurrency, onAttempt, onError })
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
