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

/** Put in front of every script: our clock comes as its last argument, and the end of what runs out stands in a hash. */
const prelude = String.raw`
local real, virtual_now = redis, tonumber(ARGV[#ARGV])
local redis = setmetatable({ call = function(name, ...)
  if name == 'TIME' then return { math.floor(virtual_now / 1000), virtual_now % 1000 * 1000 } end
  if name ~= 'PTTL' then return real.call(name, ...) end
  if real.call('EXISTS', ...) == 0 then return -2 end
  local ends = real.call('HGET', KEYS[1] .. 'ends', ...)
  return ends and ends - virtual_now or -1
end }, { __index = real })
`

const setUntil = String.raw`
local key, value, ends, condition = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if condition == 'NX' and redis.call('EXISTS', key) == 1 then return false end
redis.call('SET', key, value)
redis.call('HSET', KEYS[1] .. 'ends', key, ends)
return 'OK'`

/**
 * Puts our clock between a ledger and its Redis.
 *
 * @param prefix the ledger's.
 */
export function createVirtualClock(redis: Redis, prefix: string, startMs: number): VirtualClock {
  let nowMs = startMs
  const ends = new Map<string, number>()
  const scripts = scriptsOfOurs(redis, () => nowMs)
  const ours: Record<string, unknown> = {
    ...scripts,
    time: () => Promise.resolve([Math.floor(nowMs / 1000), (nowMs % 1000) * 1000]),
    set: async (key: string, value: string, ...options: (string | number)[]) => {
      const [px, forMs, condition = ''] = options
      if (px === undefined) return redis.set(key, value)
      if (px !== 'PX') throw new Error('times are in milliseconds here')
      const answer = await redis.eval(setUntil, 1, prefix, key, value, nowMs + Number(forMs), condition)
      if (answer !== null) ends.set(key, nowMs + Number(forMs))
      return answer
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
      const over = [...ends].filter(([, endMs]) => endMs <= nowMs).map(([key]) => key)
      for (const key of over) ends.delete(key)
      if (over.length > 0) await redis.del(over)
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
