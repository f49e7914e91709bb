/**
 * The search index in Lua. Keys: `search:address:<sha1 of the address>` and `search:course:<lms>/<course>` (sets of seats),
 * `search:courses` (set of lms/course). All of it can be made again from the seats. `search:open` (store/order, of orders with units that
 * are nobody's yet, sorted by the modification with which they were first seen so) can be made again from the orders. And `search:stores` (set).
 */
export const searchLua = String.raw`
local function index_seat(seat, lms, course, address)
  redis.call('SADD', P .. 'search:address:' .. redis.sha1hex(address), seat)
  redis.call('SADD', P .. 'search:course:' .. lms .. '/' .. course, seat)
  redis.call('SADD', P .. 'search:courses', lms .. '/' .. course)
end

local function unindex_seat(seat, lms, course, address)
  redis.call('SREM', P .. 'search:address:' .. redis.sha1hex(address), seat)
  redis.call('SREM', P .. 'search:course:' .. lms .. '/' .. course, seat)
end

local function index_open(ref, units, modified_ms)
  local name = ref.store .. '/' .. ref.order
  if units == 0 then redis.call('ZREM', P .. 'search:open', name)
  else redis.call('ZADD', P .. 'search:open', 'NX', modified_ms, name) end
end

local function open_units(ref)
  return #cjson.decode(redis.call('HGET', order_key(ref), 'open') or '[]')
end
`

export const searchScripts = {
  indexSeats: String.raw`
    for _, seat in ipairs(ARGV) do
      local fields = redis.call('HMGET', P .. 'seat:' .. seat, 'lms', 'course', 'email')
      if fields[1] and fields[3] then index_seat(seat, fields[1], fields[2], fields[3]) end
    end
    return #ARGV`,

  indexOpen: String.raw`
    for _, id in ipairs(ARGV) do
      local fields = redis.call('HMGET', item_key(id), 'store', 'order')
      local ref = { store = fields[1], order = fields[2] }
      if fields[1] then index_open(ref, open_units(ref), redis.call('HGET', order_key(ref), 'modifiedAt') or '0') end
    end
    return #ARGV`,

  openOrders: String.raw`
    local key, found = P .. 'search:open', {}
    for _, name in ipairs(redis.call('ZRANGE', key, 0, tonumber(ARGV[1]) - 1)) do
      local store, order = string.match(name, '^([^/]+)/(.+)$')
      local units = open_units({ store = store, order = order })
      found[#found + 1] = { store, order, units, tonumber(redis.call('ZSCORE', key, name)) }
    end
    return found`,
} as const
