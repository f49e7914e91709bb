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

  // By a field of the items, and what stands for an empty one.
  deadBy: String.raw`
    local field, otherwise, counts, names = ARGV[1], ARGV[2], {}, {}
    for _, id in ipairs(redis.call('ZRANGE', P .. 'agenda:dead', 0, -1)) do
      local name = redis.call('HGET', item_key(id), field) or otherwise
      if not counts[name] then names[#names + 1] = name end
      counts[name] = (counts[name] or 0) + 1
    end
    for place, name in ipairs(names) do names[place] = { name, counts[name] } end
    return names`,
} as const
