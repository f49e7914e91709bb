import { stalling } from '@seatkeeper/queue'
import { runWorker } from './compose-worker.ts'

/** Nobody looks for jobs whose worker is gone. */
Object.assign(stalling, { stalledInterval: 3_600_000 })
runWorker({})
