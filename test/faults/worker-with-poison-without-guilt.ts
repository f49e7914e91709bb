import { runWorker } from './compose-worker.ts'
import { poisoned, withoutGuilt } from './poisoned-ledger.ts'

/** A worker that dies over one seat, and blames nobody for it. */
runWorker({ ledger: (ledger) => withoutGuilt(poisoned(ledger)) })
