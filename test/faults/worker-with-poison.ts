import { runWorker } from './compose-worker.ts'
import { poisoned } from './poisoned-ledger.ts'

/** A worker that dies over one seat. */
runWorker({ ledger: poisoned })
