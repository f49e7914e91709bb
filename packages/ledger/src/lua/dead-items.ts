/**
 * Decisions about dead items in Lua. Key beside those of the agenda: `replay:turn` (when the next replay may go, in
 * milliseconds; it may lie up to a second back, so that a few go at once).
 */
const replayLua = String.raw`
-- Milliseconds until this deployment may replay one more; 0 takes the turn.
local function wait_for_turn(per_second)
  local turn = P .. 'replay:turn'
  local at = tonumber(redis.call('GET', turn) or '0')
  if at > NOW then return math.ceil(at - NOW) end
  redis.call('SET', turn, string.format('%.3f', math.max(at, NOW - 1000) + 1000 / per_second), 'PX', 60000)
  return 0
end

local function is_of(id, generation)
  return generation == '' or redis.call('HGET', item_key(id), 'generation') == generation
end

local function keep_replay(id, by)
  local fields = redis.call('HMGET', item_key(id), 'generation', 'code')
  local replay = { atMs = NOW, by = by, ofGeneration = tonumber(fields[1]), ofCode = fields[2] or cjson.null }
  redis.call('RPUSH', item_key(id) .. ':replays', cjson.encode(replay))
  note(id, 'replayed', by)
end

-- Read again with its seat; a brake that holds it is released only by its own name.
local function replay_behind(id, store, by)
  if standing(id) == 'dead' then keep_replay(id, by) else note(id, 'hint', 'replay') end
  bump(id, 'orders.' .. store, true)
end
`

export const deadItemScripts = {
  deadNames: String.raw`
    local names = {}
    for _, id in ipairs(redis.call('ZRANGE', P .. 'agenda:dead', 0, -1)) do
      names[#names + 1] = { id, tonumber(redis.call('HGET', item_key(id), 'generation')) }
    end
    return names`,

  replayItem: String.raw`
    ${replayLua}
    local id, generation, by, per_second = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
    if standing(id) ~= 'dead' or not is_of(id, generation) then return { 'left' } end
    local wait = wait_for_turn(per_second)
    if wait > 0 then return { 'later', tostring(wait) } end
    keep_replay(id, by)
    CHANGE = change_of(id)
    local fields = redis.call('HMGET', item_key(id), 'lane', 'kind', 'seat', 'code')
    if fields[4] == 'ORDER_HELD' then redis.call('HSET', item_key(id), 'released', 1) end
    bump(id, fields[1], true)
    if fields[2] == 'seat' then
      for _, ref in ipairs(orders_of(fields[3])) do replay_behind(order_item(ref), ref.store, by) end
    end
    return accepted('replayed')`,

  discardItem: String.raw`
    ${replayLua}
    local id, generation, by, reason = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
    local key = item_key(id)
    local fields = redis.call('HMGET', key, 'status', 'lane', 'generation')
    if fields[1] ~= 'dead' or not is_of(id, generation) then return 0 end
    place(id, 'settled', fields[2], 0)
    redis.call('HSET', key, 'settled', fields[3], 'spent', 0,
      'discarded', cjson.encode({ atMs = NOW, by = by, reason = reason }))
    note(id, 'discarded', by .. ': ' .. reason)
    return 1`,
} as const
