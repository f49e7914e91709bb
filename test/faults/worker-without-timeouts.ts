import { Redis } from 'ioredis'
import { runWorker } from './compose-worker.ts'

/** The control of half-open connections: a worker on connections as ioredis makes them, which nothing ends when it is stuck. */
runWorker({
  connect: (url, use) => new Redis(url, use === 'worker' ? { maxRetriesPerRequest: null } : {}),
})
