import { randomUUID } from 'node:crypto'
import { JobFailure, type Lease, type Ledger } from '@seatkeeper/core'
import { z } from 'zod'
import type { LedgerParts, Scripts } from './scripts.ts'

const Taken = z.tuple([z.number(), z.number()]).nullable()

/**
 * Leases in Redis, and all that gives them back.
 *
 * A lease ends by itself when its holder dies, but who held it stays known until it is given back. So what Redis did not
 * take back in time is offered again before the next lease is taken: an outage of Redis makes nobody a suspect for long.
 */
export function createLeases({ redis, run, prefix }: LedgerParts): Pick<Ledger, 'lease' | 'settle' | 'giveBack'> {
  const debts = createDebts(run)
  return {
    lease: async (key, forMs) => {
      await debts.pay()
      const token = randomUUID()
      const taken = Taken.parse(await debts.owing({ key, token }, run('takeLease', key, token, forMs)))
      if (taken === null) return undefined
      const [crashes, mayWork] = taken
      const assertHeld = async () => {
        if ((await redis.get(`${prefix}lease:${key}`)) !== token)
          throw new JobFailure('LEASE_LOST', `the lease of ${key} ran out`)
      }
      const release = async () => {
        await debts.owing({ key, token }, run('releaseLease', key, token))
      }
      return { key, token, crashes, mayWork: mayWork === 1, assertHeld, release }
    },
    settle: async (id, generation, outcome, { key, token }) => {
      const settling = run('settleItem', id, generation, JSON.stringify(outcome), key, token)
      return (await debts.owing({ key, token }, settling)) === 1
    },
    giveBack: async ({ key, token }, id, generation) => {
      const givingBack = run('giveBackLease', key, token, id, generation)
      return (await debts.owing({ key, token }, givingBack)) === 1
    },
  }
}

/** Leases of which this process cannot know whether Redis has them back. */
function createDebts(run: Scripts) {
  const keys = new Map<string, string>()
  return {
    /** Passes an answer on; where none comes, the lease is owed. */
    owing: async ({ key, token }: Pick<Lease, 'key' | 'token'>, answer: Promise<unknown>): Promise<unknown> => {
      try {
        return await answer
      } catch (error) {
        keys.set(token, key)
        throw error
      }
    },
    pay: async () => {
      for (const [token, key] of keys) {
        await run('releaseLease', key, token)
        keys.delete(token)
      }
    },
  }
}
