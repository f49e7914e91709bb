/**
 * What was heard of an order without being applied, in Lua: it tells what says something new from what was said before, so that
 * a dead order stays dead under the latter. In `order:…`: heardAt, the newest modification that anybody spoke of, and heard,
 * the hash of what it was then, empty where that is not known.
 *
 * Put in front of the scripts that apply orders.
 */
export const heardLua = String.raw`
local DELETED = 'deleted'

local function is_dead(ref) return standing(order_item(ref)) == 'dead' end

local function time_of(key, field) return tonumber(redis.call('HGET', key, field) or '0') end

local function latest_heard(key) return math.max(time_of(key, 'modifiedAt'), time_of(key, 'heardAt')) end

-- Our own change of its status, as its answer named it or, while its fate is unknown, by the status.
local function is_own_write(ref, offer)
  local key = order_key(ref)
  return offer.modifiedAtMs <= time_of(key, 'written') or offer.status == redis.call('HGET', key, 'writing')
end

-- This is how the order was found to be, never mind what was heard before. A deletion has no time of its own.
local function hear_anew(ref, at, hash)
  local key = order_key(ref)
  redis.call('HSET', key, 'heard', hash, 'heardAt', math.max(at, latest_heard(key)))
end

-- Whether a snapshot, other than the one that was applied, is news: newer than all that was heard, the answer to our own write
-- included, or as new and another.
local function hear(ref, offer)
  local key, at = order_key(ref), offer.modifiedAtMs
  local latest = latest_heard(key)
  if at < latest then return false end
  local is_again = at == time_of(key, 'heardAt') and redis.call('HGET', key, 'heard') == offer.hash
  local is_echo = at > latest and is_own_write(ref, offer)
  redis.call('HSET', key, 'heard', offer.hash, 'heardAt', at)
  return not is_again and not is_echo
end

-- The same of news that says no more than when.
local function hear_of(ref, at)
  local key = order_key(ref)
  if at <= math.max(latest_heard(key), time_of(key, 'written')) then return false end
  redis.call('HSET', key, 'heard', '', 'heardAt', at)
  return true
end

-- What was applied replaces what was heard before; of its own second that is kept, for it may be said again.
local function unhear(ref, offer)
  local key = order_key(ref)
  if redis.call('HGET', key, 'heard') == DELETED or time_of(key, 'heardAt') < offer.modifiedAtMs then
    redis.call('HDEL', key, 'heard', 'heardAt')
  end
end

-- The hash of an order as it was looked at last. What the shop could not show then is another if it can be shown now.
local function last_look(ref)
  local key = order_key(ref)
  local hash = redis.call('HGET', key, 'hash') or ''
  if not is_dead(ref) then return hash end
  local code = redis.call('HGET', item_key(order_item(ref)), 'code')
  if code == 'STORE_ANSWER_UNREADABLE' or code == 'STORE_ERROR' then return '' end
  if code ~= 'ORDER_HELD' and time_of(key, 'heardAt') <= time_of(key, 'modifiedAt') then return hash end
  return redis.call('HGET', key, 'heard') or hash
end
`
