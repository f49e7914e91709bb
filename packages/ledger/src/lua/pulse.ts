/** What workers did, in Lua. Key: `pulse:<start of ten minutes>` (hash: done, failed, longest), gone after two days. */
export const pulseScripts = {
  addBeats: String.raw`
    local done, failed, longest = ARGV[1], ARGV[2], tonumber(ARGV[3])
    local key = P .. 'pulse:' .. string.format('%d', NOW - NOW % 600000)
    redis.call('HINCRBY', key, 'done', done)
    redis.call('HINCRBY', key, 'failed', failed)
    if longest > tonumber(redis.call('HGET', key, 'longest') or '0') then redis.call('HSET', key, 'longest', longest) end
    redis.call('PEXPIRE', key, 172800000)
    return 1`,
} as const
