/**
 * Forgetting learners in Lua. Keys: `erased` (keyed hash of an address to when it was erased), `erased:keys` (name of a key of
 * hashes to how many it made). The keys themselves never come here: an offer carries, for each of its claims, the hashes of its
 * learner under every key in use, the newest first, and the newest key's name.
 *
 * Put in front of the scripts that apply orders, so that no order that was planned before an erasure is applied after it.
 */
export const erasureLua = String.raw`
local function bury(mark, at, key)
  if redis.call('HSET', P .. 'erased', mark, at) == 1 then redis.call('HINCRBY', P .. 'erased:keys', key, 1) end
end

local function is_erased(marks, key, created_at)
  for _, mark in ipairs(marks) do
    local at = redis.call('HGET', P .. 'erased', mark)
    if at and created_at <= tonumber(at) then
      bury(marks[1], at, key)
      return true
    end
  end
  return false
end

-- What an order created before its learner was erased would grant is as if it had been withdrawn, and nobody's.
local function forget_erased(offer)
  for i, claim in ipairs(offer.plan.claims) do
    if is_erased(offer.marks[i], offer.markedWith, offer.createdAtMs) then
      claim.learner = cjson.null
      claim.access = 'withdrawn'
    end
  end
end
`

/** A seat, its item and what orders and indexes know of it. */
export const removeSeatLua = String.raw`
local function remove_seat(seat)
  local id, key = seat_item(seat), P .. 'seat:' .. seat
  local fields = redis.call('HMGET', key, 'lms', 'course', 'index', 'email', 'account')
  if fields[3] and redis.call('HGET', P .. 'seats', fields[3]) == seat then redis.call('HDEL', P .. 'seats', fields[3]) end
  if fields[5] then
    local name = fields[1] .. '/' .. fields[2] .. '/' .. cjson.decode(fields[5]).id
    if redis.call('HGET', P .. 'accounts', name) == seat then redis.call('HDEL', P .. 'accounts', name) end
  end
  for _, claim in ipairs(redis.call('HKEYS', key .. ':claims')) do
    local store, order = string.match(claim, '^([^/~]+)/([^/]+)/')
    if store then
      count_granted(claim, 'withdrawn')
      redis.call('ZREM', P .. 'braked:' .. store, claim)
      redis.call('HDEL', order_key({ store = store, order = order }) .. ':claims', claim)
    end
  end
  if fields[1] then
    redis.call('SREM', P .. 'applied:' .. fields[1], seat)
    unindex_seat(seat, fields[1], fields[2], fields[4])
  end
  redis.call('DEL', key, key .. ':claims', key .. ':emails', P .. 'lease:' .. id, holders_key(id))
  unregister(id)
end
`

export const erasureScripts = {
  buryAddresses: String.raw`
    for i = 2, #ARGV do bury(ARGV[i], NOW, ARGV[1]) end
    return 1`,

  findSeats: String.raw`
    local wanted, found = {}, {}
    for _, address in ipairs(cjson.decode(ARGV[1])) do wanted[address] = true end
    for i = 2, #ARGV do
      local key = P .. 'seat:' .. ARGV[i]
      local addresses = redis.call('SMEMBERS', key .. ':emails')
      addresses[#addresses + 1] = redis.call('HGET', key, 'email') or nil
      local is_theirs = false
      for _, address in ipairs(addresses) do is_theirs = is_theirs or wanted[address] end
      if is_theirs then found[#found + 1] = { ARGV[i], addresses, redis.call('HKEYS', key .. ':claims') } end
    end
    return found`,

  endClaims: String.raw`
    local seat = ARGV[1]
    local key = P .. 'seat:' .. seat
    local lms = redis.call('HGET', key, 'lms')
    if not lms or redis.call('HEXISTS', key, 'alias') == 1 then return accepted('ended') end
    redis.call('HDEL', key, 'decision')
    for claim, text in pairs(to_map(redis.call('HGETALL', key .. ':claims'))) do
      if string.match(claim, '^[^/~]+/') then set_claim(seat, claim, 'withdrawn', cjson.decode(text)[2], lms)
      else redis.call('HDEL', key .. ':claims', claim) end
    end
    bump_seat(seat, lms, 'withdrawn')
    return accepted('ended')`,

  eraseSeat: String.raw`
    ${removeSeatLua}
    local seat, token = ARGV[1], ARGV[2]
    if not holds(seat_item(seat), token) then return 0 end
    remove_seat(seat)
    return 1`,

  eraseWords: String.raw`
    local ref = cjson.decode(ARGV[1])
    for _, id in ipairs({ order_item(ref), 'tell-' .. ref.store .. '-' .. ref.order }) do
      local key = P .. 'timeline:' .. id
      local kept = {}
      for _, entry in ipairs(redis.call('LRANGE', key, 0, -1)) do
        if cjson.decode(entry).what ~= 'said' then kept[#kept + 1] = entry end
      end
      redis.call('DEL', key)
      for _, entry in ipairs(kept) do redis.call('RPUSH', key, entry) end
    end
    return 1`,
} as const
