import type { Gates, GateState } from '@seatkeeper/core'
import { z } from 'zod'
import { Code } from './agenda.ts'
import type { LedgerParts } from './scripts.ts'

const Shut = z.object({
  state: z.enum(['closed', 'parked', 'throttled']),
  code: Code,
  sinceMs: z.coerce.number(),
})

/** Gates shared by all workers: a text that expires by itself, so that no gate outlives its keeper. */
export function createGates({ redis, run, prefix }: LedgerParts): Gates {
  const key = (gate: string) => `${prefix}gate:${gate}`
  const read = async (gate: string): Promise<GateState> => {
    const [text, forMs] = await Promise.all([redis.get(key(gate)), redis.pttl(key(gate))])
    if (text === null) return { state: 'open' }
    return { ...Shut.parse(JSON.parse(text)), forMs: Math.max(forMs, 0) }
  }
  return {
    read,
    shut: async (gate, state, code, forMs) => {
      await run('shutGate', gate, state, code, forMs)
    },
    open: async (gate) => {
      await run('openGate', gate)
    },
    claimProbe: async (gate, forMs) => (await redis.set(`${prefix}probe:${gate}`, '1', 'PX', forMs, 'NX')) === 'OK',
  }
}
