import { createHash } from 'node:crypto'
import type { CallBudget } from '@seatkeeper/core'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import type { RedisClient } from '@seatkeeper/service'

/** Time that passes faster than ours, the same for an LMS and for the budget of its calls. */
export interface FastClock {
  nowMs(): number
  /** A ledger whose call budgets go by this clock, and all else by Redis's own. */
  open(redis: RedisClient): RedisLedger
}

const prelude = String.raw`
local real, fast_now = redis, tonumber(ARGV[#ARGV])
local redis = setmetatable({ call = function(name, ...)
  if name == 'TIME' then return { math.floor(fast_now / 1000), fast_now % 1000 * 1000 } end
  return real.call(name, ...)
end }, { __index = real })
`

/** @param times how much faster. */
export function createFastClock(times: number): FastClock {
  const startMs = Date.now()
  const startedMs = performance.now()
  const nowMs = () => Math.floor(startMs + (performance.now() - startedMs) * times)
  return {
    nowMs,
    open: (redis) => {
      const fast = createLedger(onClock(redis, nowMs))
      return { ...createLedger(redis), callBudget: (...of) => forUs(fast.callBudget(...of), times) }
    },
  }
}

/** Holds and calls last as long as ours do, and we wait no longer than that clock does. */
function forUs(fast: CallBudget, times: number): CallBudget {
  return {
    ...fast,
    reserve: async (request) => {
      const answer = await fast.reserve({ ...request, holdMs: request.holdMs * times })
      return answer.status === 'reserved' ? answer : { ...answer, waitMs: answer.waitMs / times }
    },
    begin: (call, longestMs) => fast.begin(call, longestMs * times),
  }
}

type Words = readonly (string | number)[]

/** What runs scripts, with our prelude in front of each and our time as its last argument. */
function onClock(redis: RedisClient, nowMs: () => number): RedisClient {
  const digests = new Map<string, string>()
  const ours: Readonly<Record<string, unknown>> = {
    evalsha: async (sha: string, keys: number, ...words: Words): Promise<unknown> => {
      const digest = digests.get(sha)
      if (digest === undefined) throw new Error('NOSCRIPT it was not given to us yet')
      return redis.evalsha(digest, keys, ...words, nowMs())
    },
    eval: async (lua: string, keys: number, ...words: Words): Promise<unknown> => {
      digests.set(digestOf(lua), digestOf(prelude + lua))
      return redis.eval(prelude + lua, keys, ...words, nowMs())
    },
  }
  return new Proxy(redis, { get: (target, name) => ours[String(name)] ?? Reflect.get(target, name) })
}

function digestOf(lua: string): string {
  return createHash('sha1').update(lua).digest('hex')
}
