import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

/** A real Redis whose clock and chance are ours: weeks pass in a moment, and the same seed sees the same times and ids. */
export interface VirtualClock {
  /** What a ledger is opened on. Its scripts read our clock, its leases run out by it, and its seats are numbered. */
  readonly redis: Redis
  nowMs(): number
  /** Lets time pass; what ran out meanwhile, leases above all, is gone. Never goes back. */
  advanceTo(ms: number): Promise<void>
}

/** Put in front of every script: our clock comes as its last argument, and when something runs out stands in a sorted set. */
const prelude = String.raw`
local real, virtual_now = redis, tonumber(ARGV[#ARGV])
local ends = KEYS[1] .. 'ends'
local timed = {
  TIME = function() return { math.floor(virtual_now / 1000), virtual_now % 1000 * 1000 } end,
  PTTL = function(key)
    if real.call('EXISTS', key) == 0 then return -2 end
    local at = real.call('ZSCORE', ends, key)
    return at and at - virtual_now or -1
  end,
  PEXPIRE = function(key, for_ms) return real.call('ZADD', ends, virtual_now + for_ms, key) end,
  SET = function(key, value, px, for_ms, ...)
    if not px then return real.call('SET', key, value) end
    local was_set = real.call('SET', key, value, ...)
    if was_set then real.call('ZADD', ends, virtual_now + for_ms, key) end
    return was_set
  end,
}
local redis = setmetatable({ call = function(name, ...)
  if timed[name] then return timed[name](...) end
  return real.call(name, ...)
end }, { __index = real })
`

const setScript = `${prelude} return redis.call('SET', unpack(ARGV, 1, #ARGV - 1))`

/**
 * Puts our clock between a ledger and its Redis.
 *
 * @param prefix the ledger's.
 */
export function createVirtualClock(redis: Redis, prefix: string, startMs: number): VirtualClock {
  let nowMs = startMs
  const ours: Record<string, unknown> = {
    ...scriptsOfOurs(redis, () => nowMs),
    time: () => Promise.resolve([Math.floor(nowMs / 1000), (nowMs % 1000) * 1000]),
    set: (key: string, value: string, ...options: readonly (string | number)[]) => {
      if (options.length > 0 && options[0] !== 'PX') throw new Error('times are in milliseconds here')
      return redis.eval(setScript, 1, prefix, key, value, ...options, nowMs)
    },
  }
  return {
    redis: new Proxy(redis, {
      get: (target, name) => {
        const own: unknown = Reflect.get(ours, name)
        if (own !== undefined) return own
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    }),
    nowMs: () => nowMs,
    advanceTo: async (ms) => {
      nowMs = Math.max(nowMs, ms)
      const over = await redis.zrangebyscore(`${prefix}ends`, '-inf', nowMs)
      if (over.length > 0)
        await redis
          .multi()
          .del(over)
          .zrem(`${prefix}ends`, ...over)
          .exec()
    },
  }
}

type Words = readonly (string | number)[]

/** Runs the ledger's scripts with our prelude; known by their own digests, as the ledger asks for them. */
function scriptsOfOurs(redis: Redis, nowMs: () => number) {
  let seats = 0
  const numbered = (word: string | number) =>
    typeof word === 'number' ? word : word.replace(freshSeats, (ids) => ids.replace(/"s[0-9a-z]{19}"/g, nextSeat))
  const nextSeat = () => `"s${String((seats += 1)).padStart(19, '0')}"`
  return {
    evalsha: async (sha: string, keys: number, ...words: Words): Promise<unknown> => {
      const ours = digests.get(sha)
      if (ours === undefined) throw new Error('NOSCRIPT it was not given to us yet')
      return redis.evalsha(ours, keys, ...words.map(numbered), nowMs())
    },
    eval: async (lua: string, keys: number, ...words: Words): Promise<unknown> => {
      digests.set(digestOf(lua), digestOf(prelude + lua))
      return redis.eval(prelude + lua, keys, ...words.map(numbered), nowMs())
    },
  }
}

/** Ids that come with an order, for seats that it may make. They decide in which order a sweep finds what is due at once. */
const freshSeats = /"freshSeats":\[[^\]]*\]/

/** From a script's own digest to that of the script with our prelude. */
const digests = new Map<string, string>()

function digestOf(lua: string): string {
  return createHash('sha1').update(lua).digest('hex')
}
