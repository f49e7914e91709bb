/** Leases and the token cache in Lua. Keys: `lease:<key>`, `token:<lms>` (texts that expire by themselves). */
export const lockScripts = {
  releaseLease: String.raw`
    local key = P .. 'lease:' .. ARGV[1]
    if redis.call('GET', key) == ARGV[2] then return redis.call('DEL', key) end
    return 0`,

  giveBackLease: String.raw`
    local key = P .. 'lease:' .. ARGV[1]
    if redis.call('GET', key) == ARGV[2] then redis.call('DEL', key) end
    return redis.call('HGET', item_key(ARGV[3]), 'generation') == ARGV[4] and 0 or 1`,

  dropToken: String.raw`
    local key = P .. 'token:' .. ARGV[1]
    if redis.call('HGET', key, 'token') == ARGV[2] then return redis.call('DEL', key) end
    return 0`,
} as const
