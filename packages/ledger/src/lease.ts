import { randomUUID } from 'node:crypto'
import { JobFailure, type Lease } from '@seatkeeper/core'
import type { Redis } from 'ioredis'
import type { Scripts } from './scripts.ts'

/** Takes the lease of a key for `forMs`; undefined while somebody else holds it. It ends by itself when its holder dies. */
export async function takeLease(
  { redis, run, prefix }: { readonly redis: Redis; readonly run: Scripts; readonly prefix: string },
  key: string,
  forMs: number,
): Promise<Lease | undefined> {
  const token = randomUUID()
  const name = `${prefix}lease:${key}`
  if ((await redis.set(name, token, 'PX', forMs, 'NX')) === null) return undefined
  return {
    key,
    token,
    assertHeld: async () => {
      if ((await redis.get(name)) !== token) throw new JobFailure('LEASE_LOST', `the lease of ${key} ran out`)
    },
    release: async () => {
      await run('releaseLease', key, token)
    },
  }
}
