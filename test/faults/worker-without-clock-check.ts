import { runWorker } from './compose-worker.ts'

/** The control of wrong clocks: a worker that does not compare its clock with that of Redis. */
runWorker({})
