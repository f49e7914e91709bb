/**
 * Orders taken over from another integration, in Lua. Keys are those of orders, seats and the audit; what matches at the LMS
 * is kept as if we had written it, in the step that makes the claims, so no worker ever takes it for what the learner had
 * before us.
 */
const adoptionLua = String.raw`
local NO_ENROLMENT = '{"isActive":false,"mode":null}'

local function bind(seat, name, account)
  local key = P .. 'seat:' .. seat
  local index = redis.call('HGET', key, 'index')
  if redis.call('HGET', P .. 'seats', index) == seat then redis.call('HDEL', P .. 'seats', index) end
  redis.call('HSET', key, 'account', account)
  redis.call('HDEL', key, 'waitingSince')
  redis.call('HSET', P .. 'accounts', name, seat)
end

local function count_as_ours(seat, claim, row)
  local key = P .. 'seat:' .. seat
  if redis.call('HGET', key, 'email') ~= claim.learner then redis.call('SADD', key .. ':emails', claim.learner) end
  redis.call('HSETNX', key, 'baseline', NO_ENROLMENT)
  redis.call('HSET', key, 'applied', row)
  redis.call('SADD', P .. 'applied:' .. claim.item.lms, seat)
  note(seat_item(seat), 'adopted', claim.key)
end

-- A seat whose account we know already has a history of its own, which stands.
local function adopt_claim(claims, claim, found, fresh)
  local before = redis.call('HGET', claims, claim.key)
  if before and redis.call('HEXISTS', P .. 'seat:' .. before, 'account') == 1 then return end
  local name = claim.item.lms .. '/' .. claim.item.course .. '/' .. found.id
  local bound = redis.call('HGET', P .. 'accounts', name)
  if before and bound then return end
  local seat = before or bound or seat_for(claim, fresh)
  if not bound then bind(seat, name, found.account) end
  redis.call('HSET', claims, claim.key, seat)
  count_as_ours(seat, claim, found.row)
end
`

export const adoptionScripts = {
  // News that was applied since the order was looked at knows better.
  adoptOrder: String.raw`
    ${adoptionLua}
    local offer, number, ours = cjson.decode(ARGV[1]), tonumber(ARGV[2]), cjson.decode(ARGV[3])
    forget_erased(offer)
    local key = order_key(offer)
    if number < tonumber(redis.call('HGET', key, 'applied') or '0') then return accepted('overtaken') end
    register_order(order_item(offer), offer.store, offer.order)
    note(order_item(offer), 'adopted', offer.status)
    for i, claim in ipairs(offer.plan.claims) do
      local found = ours[claim.key]
      if found and claim.learner ~= cjson.null then adopt_claim(key .. ':claims', claim, found, offer.freshSeats[i]) end
    end
    apply(offer, offer, number, true)
    return accepted('applied')`,
} as const
