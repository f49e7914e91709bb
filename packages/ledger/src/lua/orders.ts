/**
 * Orders in Lua. Keys: `order:<store>/<order>` (hash: status, modifiedAt, hash, lines, sequence, applied, hinted, doubted, open, tells, catalogue, unknown),
 * `…:items` (line to JSON items), `…:claims` (claim key to seat), `seat:<id>` (hash), `seat:<id>:claims` (claim key to
 * JSON of access and mode), `seat:<id>:emails` (set: addresses of seats that were merged into it), `seats`
 * (lms/course/address to seat).
 */
export const ordersLua = String.raw`
local function seat_item(seat) return 'seat-' .. seat end

local function bump_seat(seat, lms, access)
  bump(seat_item(seat), (access == 'granted' and 'enroll.' or 'revoke.') .. lms, true)
end

-- A read that has not started yet will see all that is known now: further hints add nothing to it.
local function hint(ref, reason)
  local key, id = order_key(ref), order_item(ref)
  register_order(id, ref.store, ref.order)
  local sequence = redis.call('HGET', key, 'sequence') or '0'
  if reason == 'refund' or reason == 'deleted' then redis.call('HSET', key, 'doubted', sequence) end
  local status = redis.call('HGET', item_key(id), 'status')
  if status == 'due' and redis.call('HGET', key, 'hinted') == sequence then return end
  redis.call('HSET', key, 'hinted', sequence)
  note(id, 'hint', reason)
  bump(id, 'orders.' .. ref.store, true)
end

local function to_map(flat)
  local map = {}
  for i = 1, #flat, 2 do map[flat[i]] = flat[i + 1] end
  return map
end

local function seat_for(claim, fresh)
  local index = claim.item.lms .. '/' .. claim.item.course .. '/' .. claim.learner
  local seat = redis.call('HGET', P .. 'seats', index)
  if seat then return seat end
  redis.call('HSET', P .. 'seats', index, fresh)
  redis.call('HSET', P .. 'seat:' .. fresh, 'lms', claim.item.lms, 'course', claim.item.course, 'email', claim.learner, 'index', index)
  index_seat(fresh, claim.item.lms, claim.item.course, claim.learner)
  register_seat(seat_item(fresh), claim.item.lms, fresh)
  return fresh
end

local function set_claim(seat, key, access, mode, lms)
  count_granted(key, access)
  local claims = P .. 'seat:' .. seat .. ':claims'
  local text = cjson.encode({ access, mode })
  if redis.call('HGET', claims, key) == text then return end
  redis.call('HSET', claims, key, text)
  note(seat_item(seat), access, key)
  bump_seat(seat, lms, access)
end

-- A claim follows its learner: the seat it leaves is settled anew, without it.
local function leave_seat(seat, key)
  redis.call('HDEL', P .. 'seat:' .. seat .. ':claims', key)
  note(seat_item(seat), 'moved', key)
  bump_seat(seat, redis.call('HGET', P .. 'seat:' .. seat, 'lms'), 'withdrawn')
end

-- An address does not find a seat whose account is known, but what is in that seat by the address stays there.
local function is_known_by(seat, address)
  local key = P .. 'seat:' .. seat
  return redis.call('HGET', key, 'email') == address or redis.call('SISMEMBER', key .. ':emails', address) == 1
end

-- Within one order an address is whoever it was found to be: a line that takes the place of another leaves no gap.
local function seat_in_order(claims, claim)
  local course = '/' .. claim.item.lms .. '/' .. claim.item.course
  for key, seat in pairs(to_map(redis.call('HGETALL', claims))) do
    if string.sub(key, -#course) == course and is_known_by(seat, claim.learner) then return seat end
  end
  return nil
end

local function apply_claim(claims, claim, fresh)
  local before = redis.call('HGET', claims, claim.key)
  local named = claim.learner ~= cjson.null
  if not before and (claim.access == 'withdrawn' or not named) then return end
  local stays = before and (claim.access == 'withdrawn' or not named or is_known_by(before, claim.learner))
  local seat = stays and before or seat_in_order(claims, claim) or seat_for(claim, fresh)
  if before and before ~= seat then leave_seat(before, claim.key) end
  redis.call('HSET', claims, claim.key, seat)
  set_claim(seat, claim.key, claim.access, claim.item.mode, claim.item.lms)
end

local function withdraw(claims, key)
  local seat = redis.call('HGET', claims, key)
  local lms = redis.call('HGET', P .. 'seat:' .. seat, 'lms')
  local held = redis.call('HGET', P .. 'seat:' .. seat .. ':claims', key)
  if held then set_claim(seat, key, 'withdrawn', cjson.decode(held)[2], lms) end
end

local function planned_keys(plan)
  local keys = {}
  for _, claim in ipairs(plan.claims) do keys[claim.key] = true end
  return keys
end

-- A read that has started knows nothing of what is applied now: if it fails, that is no failure of the order as it is.
local function overtake(ref, id)
  local fields = redis.call('HMGET', order_key(ref), 'sequence', 'hinted')
  local has_started = tonumber(fields[1]) - 1 > tonumber(fields[2] or '0')
  if redis.call('HGET', item_key(id), 'status') ~= 'due' or not has_started then return end
  redis.call('HSET', order_key(ref), 'hinted', fields[1])
  bump(id, 'orders.' .. ref.store, true)
end

-- A reading of a dead order comes from somebody who lost the lease: what it finds changed is no news any more when it is told
-- again, so the order is read once more.
local function read_anew(ref, is_changed)
  local id = order_item(ref)
  if is_changed and standing(id) == 'dead' then bump(id, 'orders.' .. ref.store, true) end
end

-- News that is strictly newer heals: what died of an older state is tried again, and an order whose facts are known is at rest.
local function heal(ref, offer, by_reading)
  local key, id = order_key(ref), order_item(ref)
  local known = tonumber(redis.call('HGET', key, 'modifiedAt') or '0')
  if offer.modifiedAtMs <= known or is_own_write(ref, offer) then return end
  for _, seat in ipairs(redis.call('HVALS', key .. ':claims')) do
    local lane = redis.call('HGET', item_key(seat_item(seat)), 'lane')
    if standing(seat_item(seat)) == 'dead' then bump(seat_item(seat), lane, true) end
  end
  if by_reading then return end
  if standing(id) == 'dead' then
    place(id, 'settled', 'orders.' .. ref.store, 0)
    redis.call('HDEL', item_key(id), 'code', 'diedAt')
    note(id, 'settled', 'healed')
  end
  overtake(ref, id)
end

local function apply(ref, offer, number, by_reading)
  heal(ref, offer, by_reading)
  local key = order_key(ref)
  if by_reading then read_anew(ref, redis.call('HGET', key, 'hash') ~= offer.hash) end
  local claims, items = key .. ':claims', key .. ':items'
  local planned = planned_keys(offer.plan)
  for i, claim in ipairs(offer.plan.claims) do apply_claim(claims, claim, offer.freshSeats[i]) end
  if by_reading and offer.plan.decided then
    for _, known in ipairs(redis.call('HKEYS', claims)) do
      if not planned[known] then withdraw(claims, known) end
    end
  end
  for line, sold in pairs(offer.items) do redis.call('HSET', items, line, sold) end
  redis.call('SADD', P .. 'orders:' .. ref.store, ref.order)
  local open, was_open = cjson.encode(offer.plan.open), redis.call('HGET', key, 'open') or cjson.encode({})
  redis.call('HSET', key, 'open', open, 'tells', offer.tells and '1' or '0', 'catalogue', offer.catalogue)
  redis.call('HSET', key, 'status', offer.status, 'modifiedAt', offer.modifiedAtMs, 'hash', offer.hash,
    'lines', cjson.encode(offer.lines), 'applied', number)
  if offer.unknown == '[]' then redis.call('HDEL', key, 'unknown') else redis.call('HSET', key, 'unknown', offer.unknown) end
  remember(ref, offer)
  unhear(ref, offer)
  note(order_item(ref), by_reading and 'read' or 'snapshot', offer.status)
  index_open(ref, #offer.plan.open, offer.modifiedAtMs)
  if open ~= was_open then tell(ref) end
end

-- What keeps a plan from being applied without a reading, or nil.
local function trouble_of(plan)
  if #plan.linesWithoutLearner > 0 then return 'partial' end
  if #plan.unread > 0 or #plan.unknown > 0 then return 'unresolved' end
  return nil
end

-- Why a snapshot cannot be applied by itself, or nil. While news of a refund or deletion waits to be read, no snapshot grants
-- anything: a payment overtaken by its refund would enrol somebody for a moment, mail included.
local function objection(ref, offer)
  local key = order_key(ref)
  local known = redis.call('HMGET', key, 'modifiedAt', 'lines', 'doubted', 'applied', 'status')
  if known[5] == 'deleted' then return 'deleted' end
  if known[3] and tonumber(known[4] or '0') <= tonumber(known[3]) then return 'refund' end
  local is_old = offer.modifiedAtMs < NOW - 86400000
  if not known[1] then return is_old and 'stale' or trouble_of(offer.plan) end
  if offer.modifiedAtMs < tonumber(known[1]) then return 'stale' end
  if offer.modifiedAtMs == tonumber(known[1]) then return is_old and 'stale' or 'tie' end
  if is_old then return 'old' end
  local trouble = trouble_of(offer.plan)
  if trouble then return trouble end
  for line, quantity in pairs(cjson.decode(known[2])) do
    if (offer.lines[line] or 0) < quantity then return 'partial' end
  end
  local planned = planned_keys(offer.plan)
  for _, claim in ipairs(redis.call('HKEYS', key .. ':claims')) do
    if offer.plan.decided and not planned[claim] then return 'unresolved' end
  end
  return nil
end
`

export const orderScripts = {
  knownItems: String.raw`
    local key = order_key(cjson.decode(ARGV[1]))
    local firm = {}
    for claim, seat in pairs(to_map(redis.call('HGETALL', key .. ':claims'))) do
      local line = string.match(claim, '^[^/]+/[^/]+/([^/]+)/')
      local dead = standing(seat_item(seat)) == 'dead'
      local applied = redis.call('HEXISTS', P .. 'seat:' .. seat, 'applied') == 1
      if dead then firm[line] = false
      elseif applied and firm[line] == nil then firm[line] = true end
    end
    local known = {}
    for line, sold in pairs(to_map(redis.call('HGETALL', key .. ':items'))) do
      known[#known + 1] = { line, sold, firm[line] and 1 or 0 }
    end
    -- A line that sold nothing yet tells all the same that its order is known.
    for line in pairs(cjson.decode(redis.call('HGET', key, 'lines') or '{}')) do
      if redis.call('HEXISTS', key .. ':items', line) == 0 then known[#known + 1] = { line, '[]', 0 } end
    end
    return known`,

  applySnapshot: String.raw`
    local offer = cjson.decode(ARGV[1])
    CHANGE = ARGV[2] ~= '' and ARGV[2]
    forget_erased(offer)
    local key = order_key(offer)
    if redis.call('HGET', key, 'hash') == offer.hash then return accepted('same') end
    local reason = objection(offer, offer)
    if reason then
      local is_new = hear(offer, offer)
      if is_dead(offer) and not is_new then return accepted('same') end
      hint(offer, reason)
      return accepted('read')
    end
    register_order(order_item(offer), offer.store, offer.order)
    apply(offer, offer, redis.call('HINCRBY', key, 'sequence', 1), false)
    return accepted('applied')`,

  noteHint: String.raw`
    local ref = cjson.decode(ARGV[1])
    CHANGE = ARGV[4] ~= '' and ARGV[4]
    local is_new = ARGV[3] == '' or hear_of(ref, tonumber(ARGV[3]))
    if is_dead(ref) and not is_new then return accepted('same') end
    hint(ref, ARGV[2])
    return accepted('read')`,

  reviveUnderCatalogue: String.raw`
    local store, catalogue = ARGV[1], ARGV[2]
    local codes = { ORDER_LINE_UNKNOWN = true, LMS_COURSE_UNKNOWN = true, LMS_MODE_UNAVAILABLE = true }
    for _, id in ipairs(redis.call('ZRANGE', P .. 'agenda:dead', 0, -1)) do
      local fields = redis.call('HMGET', item_key(id), 'kind', 'code', 'seat', 'store', 'order')
      local refs = {}
      if codes[fields[2]] and fields[1] == 'order' then refs = { { store = fields[4], order = fields[5] } } end
      if codes[fields[2]] and fields[1] == 'seat' then refs = orders_of(fields[3]) end
      for _, ref in ipairs(refs) do
        if ref.store == store and redis.call('HGET', order_key(ref), 'catalogue') ~= catalogue then hint(ref, 'catalogue') end
      end
    end
    return accepted('read')`,

  numberRead: String.raw`
    local ref = cjson.decode(ARGV[1])
    return redis.call('HINCRBY', order_key(ref), 'sequence', 1)`,

  applyReading: String.raw`
    local offer, number = cjson.decode(ARGV[1]), tonumber(ARGV[2])
    CHANGE = change_of(order_item(offer))
    forget_erased(offer)
    if number < tonumber(redis.call('HGET', order_key(offer), 'applied') or '0') then return accepted('overtaken') end
    local ends = ended_by(offer, offer.plan)
    if is_held(offer, ends, offer.brake) then
      hold(offer, ends)
      hear_anew(offer, offer.modifiedAtMs, offer.hash)
      return accepted('held')
    end
    register_order(order_item(offer), offer.store, offer.order)
    apply(offer, offer, number, true)
    count_ended(offer, ends)
    return accepted('applied')`,

  applyDeletion: String.raw`
    local ref, number = cjson.decode(ARGV[1]), tonumber(ARGV[2])
    local key = order_key(ref)
    CHANGE = change_of(order_item(ref))
    if number < tonumber(redis.call('HGET', key, 'applied') or '0') then return accepted('overtaken') end
    local ends = ended_by(ref)
    if is_held(ref, ends, ref.brake) or is_doubted(ref, ends) then
      hold(ref, ends)
      hear_anew(ref, 0, DELETED)
      return accepted('held')
    end
    for _, claim in ipairs(redis.call('HKEYS', key .. ':claims')) do withdraw(key .. ':claims', claim) end
    read_anew(ref, redis.call('HGET', key, 'status') ~= 'deleted')
    redis.call('HSET', key, 'status', 'deleted', 'applied', number, 'open', cjson.encode({}))
    redis.call('HDEL', key, 'hash')
    index_open(ref, 0)
    forget(ref)
    count_ended(ref, ends)
    note(order_item(ref), 'read', 'deleted')
    return accepted('applied')`,
} as const
