import { randomUUID } from 'node:crypto'
import { runWorker } from './compose-worker.ts'

const anHourMs = 3_600_000

/** Everybody gets a lease of their own, at once and for long. */
runWorker({
  ledger: (ledger) => ({ ...ledger, lease: (key) => ledger.lease(`${key}-${randomUUID()}`, anHourMs) }),
})
