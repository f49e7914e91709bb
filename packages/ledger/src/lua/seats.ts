import { operatorClaimKey } from '@seatkeeper/core'

/**
 * Accounts and operators' claims in Lua. Keys beside those of orders: `accounts` (lms/course/account number to seat), and the
 * seat's field `decision` (JSON: what an operator decided, who, why and when).
 */
export const seatScripts = {
  // The first seat of an account stays; a later one gives it all it has and becomes its alias. An address finds a seat
  // only while its account is unknown: the next sale to it asks the LMS again whose address it is.
  bindAccount: String.raw`
    local seat, account = ARGV[1], ARGV[2]
    local key = P .. 'seat:' .. seat
    local fields = redis.call('HMGET', key, 'lms', 'course', 'index', 'email')
    if not fields[1] then return accepted('merged') end
    local name = fields[1] .. '/' .. fields[2] .. '/' .. cjson.decode(account).id
    local first = redis.call('HGET', P .. 'accounts', name)
    redis.call('HSET', key, 'account', account)
    redis.call('HDEL', key, 'waitingSince')
    if redis.call('HGET', P .. 'seats', fields[3]) == seat then redis.call('HDEL', P .. 'seats', fields[3]) end
    if not first or first == seat then
      redis.call('HSET', P .. 'accounts', name, seat)
      return accepted('bound')
    end
    local survivor = P .. 'seat:' .. first
    local access = 'withdrawn'
    for claim, text in pairs(to_map(redis.call('HGETALL', key .. ':claims'))) do
      redis.call('HSET', survivor .. ':claims', claim, text)
      if cjson.decode(text)[1] == 'granted' then access = 'granted' end
      local store, order = string.match(claim, '^([^/~]+)/([^/]+)/')
      if store then redis.call('HSET', order_key({ store = store, order = order }) .. ':claims', claim, first) end
    end
    redis.call('DEL', key .. ':claims')
    redis.call('SADD', survivor .. ':emails', fields[4])
    redis.call('SUNIONSTORE', survivor .. ':emails', survivor .. ':emails', key .. ':emails')
    redis.call('HSET', key, 'alias', first)
    local decision = redis.call('HGET', key, 'decision')
    if decision then redis.call('HSET', survivor, 'decision', decision) end
    if redis.call('HGET', key, 'invited') == '1' then redis.call('HSET', survivor, 'invited', '1') end
    note(seat_item(seat), 'merged', first)
    note(seat_item(first), 'joined', seat)
    redis.call('HSET', item_key(seat_item(seat)), 'settled', redis.call('HGET', item_key(seat_item(seat)), 'generation'))
    place(seat_item(seat), 'settled', redis.call('HGET', item_key(seat_item(seat)), 'lane'), 0)
    CHANGE = change_of(seat_item(seat))
    bump_seat(first, fields[1], access)
    return accepted('merged')`,

  noteDrift: String.raw`
    local seat, generation = ARGV[1], ARGV[2]
    local id = seat_item(seat)
    if standing(id) ~= 'settled' or redis.call('HGET', item_key(id), 'generation') ~= generation then return 0 end
    local drift = generation .. ' ' .. ARGV[3]
    if redis.call('HGET', item_key(id), 'drift') ~= drift then note(id, 'drift', ARGV[3]) end
    redis.call('HSET', item_key(id), 'drift', drift)
    return 1`,

  bumpSeat: String.raw`
    local seat, reason = ARGV[1], ARGV[2]
    local id = seat_item(seat)
    if standing(id) ~= 'settled' then return accepted('left') end
    note(id, 'hint', reason)
    bump(id, redis.call('HGET', item_key(id), 'lane'), true)
    return accepted('bumped')`,

  // One that may still come through counts as made until the seat was looked at again.
  endInvitation: String.raw`
    local seat = ARGV[1]
    if recheck_in(seat_item(seat)) > 0 then return 0 end
    redis.call('HSET', P .. 'seat:' .. seat, 'invited', '0')
    return 1`,

  setOperatorClaim: String.raw`
    local OPERATOR_CLAIM = '${operatorClaimKey}'
    local claim = cjson.decode(ARGV[1])
    local seat = claim.seat or seat_for(claim, claim.freshSeat)
    seat = redis.call('HGET', P .. 'seat:' .. seat, 'alias') or seat
    local lms = redis.call('HGET', P .. 'seat:' .. seat, 'lms')
    if not lms then return accepted('unknown') end
    local key = P .. 'seat:' .. seat
    if claim.access == 'withdrawn' then
      redis.call('HDEL', key .. ':claims', OPERATOR_CLAIM)
      redis.call('HDEL', key, 'decision')
    else
      redis.call('HSET', key .. ':claims', OPERATOR_CLAIM, cjson.encode({ claim.access, claim.item.mode }))
      redis.call('HSET', key, 'decision', cjson.encode({ access = claim.access, by = claim.by, reason = claim.reason, atMs = NOW }))
    end
    local actions = { granted = 'grant', denied = 'deny', withdrawn = 'release' }
    log_action(claim.by, actions[claim.access], seat_item(seat), claim.reason)
    note(seat_item(seat), 'operator', claim.access .. ' by ' .. claim.by .. ': ' .. claim.reason)
    bump_seat(seat, lms, claim.access)
    return accepted(seat)`,
} as const
