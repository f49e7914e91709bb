import { removeSeatLua } from './erasure.ts'

/** What goes when its time is over, in Lua. */
const purgeLua = String.raw`
local function at_of(text) return text and cjson.decode(text).atMs or 0 end

local function trim(key, since)
  while true do
    local first = redis.call('LINDEX', key, 0)
    if not first or at_of(first) >= since then return end
    redis.call('LPOP', key)
  end
end

-- Nothing is at work on it, nothing happened to it since, and nobody has to decide.
local function is_at_rest(id, since)
  return redis.call('HGET', item_key(id), 'status') == 'settled'
    and redis.call('EXISTS', P .. 'lease:' .. id) == 0
    and at_of(redis.call('LINDEX', P .. 'timeline:' .. id, -1)) < since
end

local function is_withdrawn(seat, claim)
  local text = redis.call('HGET', P .. 'seat:' .. seat .. ':claims', claim)
  return not text or cjson.decode(text)[1] == 'withdrawn'
end

local function purge_order(id, since)
  local fields = redis.call('HMGET', item_key(id), 'store', 'order')
  local ref = { store = fields[1], order = fields[2] }
  local key, tell_id = order_key(ref), 'tell-' .. ref.store .. '-' .. ref.order
  if tonumber(redis.call('HGET', key, 'modifiedAt') or '0') >= since or not is_at_rest(id, since) then return 0 end
  -- Paid, and nobody's yet: somebody may still be named.
  if #cjson.decode(redis.call('HGET', key, 'open') or '[]') > 0 then return 0 end
  local is_told = redis.call('EXISTS', item_key(tell_id)) == 0 or is_at_rest(tell_id, since)
  if not is_told then return 0 end
  local claims = to_map(redis.call('HGETALL', key .. ':claims'))
  for claim, seat in pairs(claims) do
    local is_gone = redis.call('EXISTS', item_key(seat_item(seat))) == 0
    if not is_withdrawn(seat, claim) or not (is_gone or is_at_rest(seat_item(seat), since)) then return 0 end
  end
  for claim, seat in pairs(claims) do
    redis.call('HDEL', P .. 'seat:' .. seat .. ':claims', claim)
    count_granted(claim, 'withdrawn')
  end
  forget(ref)
  redis.call('SREM', P .. 'orders:' .. ref.store, ref.order)
  redis.call('DEL', key, key .. ':items', key .. ':claims', key .. ':told')
  unregister(id)
  unregister(tell_id)
  return 1
end

-- Without a claim, and without an enrolment that might be ours to end.
local function purge_seat(id, since)
  local seat = string.sub(id, 6)
  local key = P .. 'seat:' .. seat
  if redis.call('EXISTS', key .. ':claims') == 1 or not is_at_rest(id, since) then return 0 end
  local fields = redis.call('HMGET', key, 'alias', 'applied', 'decision', 'invited')
  if fields[3] or fields[4] == '1' then return 0 end
  if fields[1] and redis.call('EXISTS', P .. 'seat:' .. fields[1]) == 1 then return 0 end
  if not fields[1] and fields[2] and cjson.decode(fields[2]).isActive then return 0 end
  remove_seat(seat)
  return 1
end
`

export const retentionScripts = {
  purgeItem: String.raw`
    ${removeSeatLua}
    ${purgeLua}
    local id, timelines, replays, orders = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
    local kind = redis.call('HGET', item_key(id), 'kind')
    local removed = 0
    if kind == 'order' then removed = purge_order(id, orders) end
    if kind == 'seat' then removed = purge_seat(id, orders) end
    if removed == 0 then
      trim(P .. 'timeline:' .. id, timelines)
      trim(item_key(id) .. ':replays', replays)
    end
    return removed`,
} as const
