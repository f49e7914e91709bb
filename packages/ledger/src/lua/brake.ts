/**
 * The brake in Lua: how many seats readings end in an hour. Keys: `granted:<store>` (set: keys of the granted claims),
 * `braked:<store>` (keys of the claims that readings withdrew in the last hour, sorted by when); in `item:order-…`: released,
 * while a person's release waits for its reading, and doubted, while reconcile does not believe that the shop deleted it.
 *
 * Put in front of the scripts that apply orders.
 */
export const brakeLua = String.raw`
-- What the brake's share is of. A claim that is granted again was not ended.
local function count_granted(key, access)
  local store = string.match(key, '^([^/]+)/')
  if access ~= 'granted' then return redis.call('SREM', P .. 'granted:' .. store, key) end
  redis.call('SADD', P .. 'granted:' .. store, key)
  redis.call('ZREM', P .. 'braked:' .. store, key)
end

local function claims_of_order(ref) return order_key(ref) .. ':claims' end

local function is_released(ref) return redis.call('HEXISTS', item_key(order_item(ref)), 'released') == 1 end

local function is_granted(ref, key)
  local seat = redis.call('HGET', claims_of_order(ref), key)
  local held = seat and redis.call('HGET', P .. 'seat:' .. seat .. ':claims', key)
  return held and cjson.decode(held)[1] == 'granted'
end

-- The granted claims that a reading would withdraw; without a plan, all of the order.
local function ended_by(ref, plan)
  local goes, ends = {}, {}
  for _, key in ipairs(redis.call('HKEYS', claims_of_order(ref))) do goes[key] = not plan or plan.decided end
  for _, claim in ipairs(plan and plan.claims or {}) do goes[claim.key] = claim.access == 'withdrawn' end
  for key, is_going in pairs(goes) do
    if is_going and is_granted(ref, key) then ends[#ends + 1] = key end
  end
  return ends
end

-- Whether that is more than the hour has left; what a person released passes.
local function is_held(ref, ends, brake)
  local braked = P .. 'braked:' .. ref.store
  redis.call('ZREMRANGEBYSCORE', braked, '-inf', NOW - HOUR)
  if #ends == 0 or is_released(ref) then return false end
  local ended = redis.call('ZCARD', braked)
  local at_first = redis.call('SCARD', P .. 'granted:' .. ref.store) + ended
  return ended + #ends > math.max(brake.seats, brake.percent * at_first / 100)
end

-- Whether a deletion is one of too many that reconcile found at once.
local function is_doubted(ref, ends)
  return #ends > 0 and not is_released(ref) and redis.call('HEXISTS', item_key(order_item(ref)), 'doubted') == 1
end

local function hold(ref, ends)
  note(order_item(ref), 'held', 'would end ' .. #ends)
end

-- A release is for one reading, whatever that found, and so is a doubt.
local function count_ended(ref, ends)
  for _, key in ipairs(ends) do redis.call('ZADD', P .. 'braked:' .. ref.store, NOW, key) end
  redis.call('HDEL', item_key(order_item(ref)), 'released', 'doubted')
end
`
