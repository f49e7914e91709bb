/** What waits in each lane, and what the dead died of. Reads only. */
export const backlogScripts = {
  backlog: String.raw`
    local lanes = {}
    for _, lane in ipairs(redis.call('SMEMBERS', P .. 'agenda:lanes')) do
      local due = P .. 'agenda:due:' .. lane
      local oldest = NOW
      for _, id in ipairs(redis.call('ZRANGE', due, 0, tonumber(ARGV[1]) - 1)) do
        oldest = math.min(oldest, tonumber(redis.call('HGET', item_key(id), 'due') or NOW))
      end
      lanes[#lanes + 1] = { lane, redis.call('ZCARD', due), redis.call('ZCARD', P .. 'agenda:waiting:' .. lane), NOW - oldest }
    end
    return lanes`,

  deadByCode: String.raw`
    local counts, codes = {}, {}
    for _, id in ipairs(redis.call('ZRANGE', P .. 'agenda:dead', 0, -1)) do
      local code = redis.call('HGET', item_key(id), 'code') or 'UNEXPECTED'
      if not counts[code] then codes[#codes + 1] = code end
      counts[code] = (counts[code] or 0) + 1
    end
    for place, code in ipairs(codes) do codes[place] = { code, counts[code] } end
    return codes`,
} as const
