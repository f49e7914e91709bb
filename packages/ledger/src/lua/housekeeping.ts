/**
 * Housekeeping in Lua. Keys: `refunds:<store>` (order/refund, sorted by when it was recorded), `refunds:<store>:seen`
 * (those of the running pass through the shop's list), `refunds:<store>:pass` (when that began), `unread:<store>` (orders
 * with claims, sorted by when to compare them with the shop), `sightings:<store>:<list>` (order/modification/count,
 * sorted by modification); in `order:…`: refunds, cleared.
 *
 * Put in front of the scripts that apply orders, so that what is remembered of an order is of the same step.
 */
export const housekeepingLua = String.raw`
local HOUR, DAY = 3600000, 86400000

local function refunds_of(key)
  return cjson.decode(redis.call('HGET', key, 'refunds') or '[]')
end

-- Once a day for a fresh order, ever more seldom as it ages, at least once a fortnight.
local function read_again(store, order, modified_at)
  local pause = math.min(math.max((NOW - modified_at) / 8, DAY), 14 * DAY)
  redis.call('ZADD', P .. 'unread:' .. store, math.floor(NOW + pause), order)
end

local function forget(ref)
  local key = order_key(ref)
  for _, refund in ipairs(refunds_of(key)) do
    redis.call('ZREM', P .. 'refunds:' .. ref.store, ref.order .. '/' .. refund)
  end
  redis.call('HDEL', key, 'refunds')
  redis.call('ZREM', P .. 'unread:' .. ref.store, ref.order)
end

-- What housekeeping needs of an order that has just been applied.
local function remember(ref, offer)
  forget(ref)
  local key = order_key(ref)
  for _, refund in ipairs(offer.refunds) do
    redis.call('ZADD', P .. 'refunds:' .. ref.store, NOW, ref.order .. '/' .. refund)
  end
  if #offer.refunds > 0 then redis.call('HSET', key, 'refunds', cjson.encode(offer.refunds)) end
  if redis.call('EXISTS', key .. ':claims') == 1 then read_again(ref.store, ref.order, offer.modifiedAtMs) end
end

-- A dead order is compared whether it has claims or not: only so is it found to have changed where no news says so.
local function compare_dead(id)
  local fields = redis.call('HMGET', item_key(id), 'kind', 'store', 'order')
  if fields[1] == 'order' then redis.call('ZADD', P .. 'unread:' .. fields[2], 'NX', NOW + DAY, fields[3]) end
end
`

/** For the scripts below, which come after those of orders. */
const suspectsLua = String.raw`
local function is_at_rest(ref)
  local status = standing(order_item(ref))
  return status == 'settled' or status == 'dead'
end

local function access_of(seat, claim)
  local text = redis.call('HGET', P .. 'seat:' .. seat .. ':claims', claim)
  return text and cjson.decode(text)[1] or 'withdrawn'
end

local function grants(key)
  for claim, seat in pairs(to_map(redis.call('HGETALL', key .. ':claims'))) do
    if access_of(seat, claim) == 'granted' then return true end
  end
  return false
end

local function suspect(ref, is_overdue)
  return { ref.order, last_look(ref), grants(order_key(ref)) and 1 or 0, is_overdue and 1 or 0, is_dead(ref) and 1 or 0 }
end
`

export const housekeepingScripts = {
  standingsOf: String.raw`
    local store, seen, from = ARGV[1], P .. 'sightings:' .. ARGV[1] .. ':' .. ARGV[2], ARGV[3]
    redis.call('ZREMRANGEBYSCORE', seen, '-inf', '(' .. from)
    local standings = {}
    for _, sighting in ipairs(cjson.decode(ARGV[4])) do
      local ref = { store = store, order = sighting.order }
      local at = string.format('%.0f', sighting.modifiedAtMs)
      local name = ref.order .. '/' .. at
      local times = 0
      if redis.call('ZSCORE', seen, name .. '/1') then times = redis.call('ZSCORE', seen, name .. '/2') and 2 or 1 end
      local known = redis.call('HGET', order_key(ref), 'modifiedAt')
      local written = redis.call('HGET', order_key(ref), 'written')
      if known and written and tonumber(written) > tonumber(known) then known = written end
      standings[#standings + 1] = { ref.order, at, times, known or '', standing(order_item(ref)) or '' }
    end
    return standings`,

  countSighting: String.raw`
    local seen, name = P .. 'sightings:' .. ARGV[1] .. ':' .. ARGV[2], ARGV[3] .. '/' .. ARGV[4]
    if redis.call('ZADD', seen, ARGV[4], name .. '/1') == 0 then redis.call('ZADD', seen, ARGV[4], name .. '/2') end
    return 1`,

  sightRefunds: String.raw`
    local store, refunds, is_first = ARGV[1], cjson.decode(ARGV[2]), ARGV[3] == '1'
    local seen = P .. 'refunds:' .. store .. ':seen'
    if is_first then
      redis.call('DEL', seen)
      redis.call('SET', P .. 'refunds:' .. store .. ':pass', NOW)
    end
    for _, refund in ipairs(refunds) do redis.call('SADD', seen, refund) end
    redis.call('EXPIRE', seen, 7 * 86400)
    return 1`,

  // Recorded after the pass began: its page may have been read before. A seen refund of an order that nobody knows is
  // nothing to us. Whoever was found unchanged is left out as long as nothing more differs.
  refundSuspects: String.raw`
    ${suspectsLua}
    local store, limit = ARGV[1], tonumber(ARGV[2])
    local recorded, seen = P .. 'refunds:' .. store, P .. 'refunds:' .. store .. ':seen'
    local began = tonumber(redis.call('GET', recorded .. ':pass') or '0')
    local orders, differing, found = {}, {}, {}
    local function differs(name)
      local order = string.match(name, '^([^/]+)/')
      if not differing[order] then orders[#orders + 1] = order end
      differing[order] = (differing[order] or '') .. name .. ' '
    end
    for _, name in ipairs(redis.call('ZDIFF', 2, recorded, seen)) do
      if tonumber(redis.call('ZSCORE', recorded, name)) < began then differs(name) end
    end
    for _, name in ipairs(redis.call('ZDIFF', 2, seen, recorded)) do differs(name) end
    for _, order in ipairs(orders) do
      if #found == limit then break end
      local ref = { store = store, order = order }
      local key = order_key(ref)
      local fields = redis.call('HMGET', key, 'applied', 'cleared', 'suspected')
      local is_cleared = tonumber(fields[2] or '0') > NOW - HOUR and fields[3] == differing[order]
      if fields[1] and not is_cleared and is_at_rest(ref) then
        redis.call('HSET', key, 'suspected', differing[order])
        redis.call('HDEL', key, 'cleared')
        found[#found + 1] = suspect(ref, true)
      end
    end
    return found`,

  longestUnread: String.raw`
    ${suspectsLua}
    local store, limit = ARGV[1], tonumber(ARGV[2])
    local unread = P .. 'unread:' .. store
    local found = {}
    local first = redis.call('ZRANGE', unread, 0, limit * 5 - 1, 'WITHSCORES')
    for i = 1, #first, 2 do
      if #found == limit then break end
      local ref = { store = store, order = first[i] }
      local modified_at = tonumber(redis.call('HGET', order_key(ref), 'modifiedAt') or '0')
      local entry = suspect(ref, tonumber(first[i + 1]) <= NOW)
      if entry[3] == 0 and entry[5] == 0 and modified_at < NOW - 30 * DAY then redis.call('ZREM', unread, ref.order)
      elseif not is_at_rest(ref) then redis.call('ZADD', unread, NOW + DAY, ref.order)
      else found[#found + 1] = entry end
    end
    return found`,

  unknownLines: String.raw`
    local store, found = ARGV[1], {}
    for _, id in ipairs(redis.call('ZREVRANGE', P .. 'agenda:dead', 0, -1)) do
      local fields = redis.call('HMGET', item_key(id), 'kind', 'code', 'store', 'order')
      if fields[1] == 'order' and fields[2] == 'ORDER_LINE_UNKNOWN' and fields[3] == store then
        local ref = { store = store, order = fields[4] }
        found[#found + 1] = { ref.order, redis.call('HGET', order_key(ref), 'unknown') or '[]' }
      end
    end
    return found`,

  noteUnchanged: String.raw`
    local store = ARGV[1]
    for _, order in ipairs(cjson.decode(ARGV[2])) do
      local key = order_key({ store = store, order = order })
      redis.call('HSET', key, 'cleared', NOW)
      if redis.call('ZSCORE', P .. 'unread:' .. store, order) then
        read_again(store, order, tonumber(redis.call('HGET', key, 'modifiedAt') or '0'))
      end
    end
    return 1`,

  bumpAtRest: String.raw`
    ${suspectsLua}
    local store = ARGV[1]
    for _, found in ipairs(cjson.decode(ARGV[2])) do
      local ref = { store = store, order = found.order }
      if is_at_rest(ref) then
        hear_anew(ref, found.modifiedAtMs, found.hash)
        if found.isDoubted then redis.call('HSET', item_key(order_item(ref)), 'doubted', 1) end
        redis.call('ZADD', P .. 'unread:' .. store, 'XX', NOW + DAY, found.order)
        hint(ref, 'reconcile')
      end
    end
    return accepted('read')`,

  bumpChore: String.raw`
    local lane = redis.call('HGET', item_key(ARGV[1]), 'lane')
    if not lane then return accepted('unknown') end
    bump(ARGV[1], lane, true)
    return accepted('bumped')`,

  claimsOf: String.raw`
    ${suspectsLua}
    local claims = {}
    for claim, seat in pairs(to_map(redis.call('HGETALL', order_key(cjson.decode(ARGV[1])) .. ':claims'))) do
      claims[#claims + 1] = { claim, access_of(seat, claim) }
    end
    return claims`,
} as const
