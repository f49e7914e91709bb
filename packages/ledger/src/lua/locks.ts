/** Leases and the token cache in Lua. Keys: `lease:<key>`, `token:<lms>` (texts that expire by themselves). */
export const lockScripts = {
  releaseLease: String.raw`
    local key = P .. 'lease:' .. ARGV[1]
    if redis.call('GET', key) == ARGV[2] then return redis.call('DEL', key) end
    return 0`,

  giveBackLease: String.raw`
    local lease, token, id, generation = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
    local changed = redis.call('HGET', item_key(id), 'generation') ~= generation
    if holds(lease, token) then redis.call('DEL', P .. 'lease:' .. lease)
    elseif changed then look_again(id) end
    return changed and 1 or 0`,

  dropToken: String.raw`
    local key = P .. 'token:' .. ARGV[1]
    if redis.call('HGET', key, 'token') == ARGV[2] then return redis.call('DEL', key) end
    return 0`,
} as const
