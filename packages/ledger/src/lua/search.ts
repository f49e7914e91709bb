/**
 * The search index in Lua. Keys: `search:address:<sha1 of the address>` and `search:course:<lms>/<course>` (sets of seats),
 * `search:courses` (set of lms/course). All of it can be made again from the seats. And `search:stores` (set).
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
`

export const searchScripts = {
  indexSeats: String.raw`
    for _, seat in ipairs(ARGV) do
      local fields = redis.call('HMGET', P .. 'seat:' .. seat, 'lms', 'course', 'email')
      if fields[1] and fields[3] then index_seat(seat, fields[1], fields[2], fields[3]) end
    end
    return #ARGV`,
} as const
