import { once } from 'node:events'
import { createServer } from 'node:net'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'

/** A primary with one replica, on the loopback. Not part of the package's entry. */
export interface ReplicatedRedis {
  readonly primary: EmbeddedRedis
  /** The replica does nothing any more, and the primary does not notice. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

/** Resolves when the replica follows. */
export async function startReplicatedRedis(): Promise<ReplicatedRedis> {
  const port = await freePort()
  const primary = await startRedis({ arguments: ['--port', `${port}`, '--bind', '127.0.0.1'] })
  const replica = await startRedis({ arguments: ['--replicaof', `127.0.0.1 ${port}`] })
  const admin = new Redis(primary.url)
  // It answers at once if the replica is there, and writes nothing.
  while ((await admin.call('WAIT', 1, 1000)) !== 1);
  admin.disconnect()
  const thaw = () => void process.kill(replica.pid(), 'SIGCONT')
  return {
    primary,
    freeze: () => void process.kill(replica.pid(), 'SIGSTOP'),
    thaw,
    stop: async () => {
      thaw()
      await replica.stop()
      await primary.stop()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
