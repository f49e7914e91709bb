/**
 * What shops were told, in Lua. Keys beside those of orders: `order:<store>/<order>:told` (hash: number, outcome, at,
 * confirmed, write); in the order's own hash `written`, the latest modification that was ours, and `writing`, the status we
 * are about to set.
 */
export const tellingScripts = {
  readTelling: String.raw`
    local ref = cjson.decode(ARGV[1])
    local key = order_key(ref)
    local standings = {}
    -- To its shop, what an operator gave up has failed.
    local function standing_and(id, ...)
      local fields = redis.call('HMGET', item_key(id), 'status', ...)
      fields[1] = standing(id)
      return fields
    end
    for claim, seat in pairs(to_map(redis.call('HGETALL', key .. ':claims'))) do
      standings[#standings + 1] = {
        claim,
        standing_and(seat_item(seat), 'wait', 'code'),
        redis.call('HMGET', P .. 'seat:' .. seat, 'baseline', 'applied'),
        redis.call('HGETALL', P .. 'seat:' .. seat .. ':claims'),
      }
    end
    return {
      standing_and(order_item(ref), 'code'),
      redis.call('HMGET', key, 'status', 'open'),
      redis.call('HMGET', key .. ':told', 'number', 'outcome', 'at', 'confirmed', 'write'),
      standings,
      change_of('tell-' .. ref.store .. '-' .. ref.order),
    }`,

  recordNote: String.raw`
    local ref, number, outcome = cjson.decode(ARGV[1]), ARGV[2], ARGV[3]
    redis.call('HSET', order_key(ref) .. ':told', 'number', number, 'outcome', outcome, 'at', NOW, 'confirmed', '0')
    return 1`,

  confirmNote: String.raw`
    local ref, number = cjson.decode(ARGV[1]), ARGV[2]
    local key = order_key(ref) .. ':told'
    if redis.call('HGET', key, 'number') ~= number then return 0 end
    redis.call('HSET', key, 'confirmed', '1')
    note(order_item(ref), 'told', 'note ' .. number)
    return 1`,

  recordWrite: String.raw`
    local ref, write, to = cjson.decode(ARGV[1]), ARGV[2], ARGV[3]
    local key = order_key(ref)
    if write == 'null' then
      redis.call('HDEL', key .. ':told', 'write')
      redis.call('HDEL', key, 'writing')
      return 1
    end
    redis.call('HSET', key .. ':told', 'write', write)
    redis.call('HSET', key, 'writing', to)
    note(order_item(ref), 'told', 'status ' .. to)
    return 1`,

  keepOwnWrite: String.raw`
    local ref, at = cjson.decode(ARGV[1]), tonumber(ARGV[2])
    local key = order_key(ref)
    if at > tonumber(redis.call('HGET', key, 'written') or '0') then redis.call('HSET', key, 'written', at) end
    return 1`,
} as const
