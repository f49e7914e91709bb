/**
 * Leases, gates and the token cache in Lua.
 *
 * Keys: `lease:<key>`, `quarantine`, `gate:<name>` (text of JSON), `token:<lms>:<hash of client id>` (expire by themselves), `holders:<key>` (set of who took the lease and
 * never gave it back; forgotten a day after the last).
 */
export const lockScripts = {
  takeLease: String.raw`
    local lease, token, for_ms = ARGV[1], ARGV[2], ARGV[3]
    if not redis.call('SET', P .. 'lease:' .. lease, token, 'PX', for_ms, 'NX') then return nil end
    local crashes = redis.call('SCARD', holders_key(lease))
    redis.call('SADD', holders_key(lease), token)
    redis.call('PEXPIRE', holders_key(lease), HOLDERS_KEPT_MS)
    if crashes == 0 then return { 0, 1 } end
    local is_alone = redis.call('SET', P .. 'quarantine', token, 'PX', for_ms, 'NX')
    return { crashes, is_alone and 1 or 0 }`,

  releaseLease: String.raw`
    release(ARGV[1], ARGV[2])
    return 1`,

  giveBackLease: String.raw`
    local lease, token, id, generation = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
    local changed = redis.call('HGET', item_key(id), 'generation') ~= generation
    if not acquit(lease, token) and changed then look_again(id) end
    return changed and 1 or 0`,

  // A throttle stays until its time is over. The time of another state is only how long its keeper may be silent.
  shutGate: String.raw`
    local key, state, code, for_ms = P .. 'gate:' .. ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
    local text = redis.call('GET', key)
    local before = text and cjson.decode(text)
    if before and before.state == 'throttled' and redis.call('PTTL', key) > for_ms then return 0 end
    local shut = { state = state, code = code, sinceMs = before and before.sinceMs or NOW }
    redis.call('SET', key, cjson.encode(shut), 'PX', math.ceil(for_ms))
    return 1`,

  openGate: String.raw`
    local key = P .. 'gate:' .. ARGV[1]
    local text = redis.call('GET', key)
    if text and cjson.decode(text).state ~= 'throttled' then return redis.call('DEL', key) end
    return 0`,

  dropToken: String.raw`
    local key = P .. 'token:' .. ARGV[1]
    if redis.call('HGET', key, 'token') == ARGV[2] then return redis.call('DEL', key) end
    return 0`,
} as const
