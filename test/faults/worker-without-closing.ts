import { runWorker } from './compose-worker.ts'

/** The control of deployments: a worker that leaves its jobs as they are when it is told to end. */
runWorker({ closeOnSignal: () => undefined })
