import { Cluster } from 'ioredis'
import { runWorker } from '../faults/compose-worker.ts'

/** Goes where it is asked to go, also while the slot is on its way. */
runWorker({
  connect: (url) => {
    const nodes = url.replace('redis+cluster://', '').split(',')
    const cluster = new Cluster(
      nodes.map((node) => `redis://${node}`),
      { redisOptions: { maxRetriesPerRequest: null }, maxRedirections: Infinity },
    )
    cluster.on('error', () => undefined)
    return cluster
  },
})
