import { runWorker } from './compose-worker.ts'

/** The control of the fault tests: a worker whose sweep finds nothing, so that what is lost stays lost. */
runWorker({ sweeper: () => ({ sweepNow: () => Promise.resolve(), close: () => Promise.resolve() }) })
