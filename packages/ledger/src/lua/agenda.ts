/**
 * The agenda in Lua, put in front of every script that changes a fact, so that the fact and the work it makes are one
 * atomic step.
 *
 * Keys, all behind the deployment's hash tag P: `item:<id>` (hash; `discarded`: who gave it up, when and why; `change`: what made
 * it due, see `ChangeId`), `item:<id>:attempts`, `item:<id>:replays`,
 * `timeline:<id>` (lists of JSON), `agenda:registered`, `agenda:settled` (sets), `agenda:dead` (sorted by time of
 * death), `agenda:due:<lane>`, `agenda:waiting:<lane>` (sorted by when the sweep looks next), `agenda:lanes` (set).
 */
export const agendaLua = String.raw`
local P = KEYS[1]
local LOOK_AGAIN_MS = 30000
local TELL_AFTER_MS = 2000
local TIMELINE_LENGTH = 200
local HOLDERS_KEPT_MS = 86400000

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local NOW = clock()

local function item_key(id) return P .. 'item:' .. id end
local function order_key(ref) return P .. 'order:' .. ref.store .. '/' .. ref.order end
local function order_item(ref) return 'order-' .. ref.store .. '-' .. ref.order end

local function note(id, what, detail)
  local key = P .. 'timeline:' .. id
  redis.call('RPUSH', key, cjson.encode({ atMs = NOW, what = what, detail = detail or '' }))
  redis.call('LTRIM', key, -TIMELINE_LENGTH, -1)
end

local function is_open(status) return status == 'due' or status == 'waiting' end

-- Where an item stands for whatever would try it again: what an operator gave up is left as what is dead.
local function standing(id)
  local fields = redis.call('HMGET', item_key(id), 'status', 'discarded')
  return fields[2] and 'dead' or fields[1]
end

local function take_out(id)
  local old = redis.call('HMGET', item_key(id), 'status', 'lane')
  if old[1] == 'settled' then redis.call('SREM', P .. 'agenda:settled', id)
  elseif old[1] == 'dead' then redis.call('ZREM', P .. 'agenda:dead', id)
  elseif old[1] then redis.call('ZREM', P .. 'agenda:' .. old[1] .. ':' .. old[2], id) end
end

-- Forgets an item and all that happened to it; the count stays even.
local function unregister(id)
  take_out(id)
  redis.call('SREM', P .. 'agenda:registered', id)
  local key = item_key(id)
  redis.call('DEL', key, key .. ':attempts', key .. ':replays', P .. 'timeline:' .. id)
end

-- Moves an item from the set it is in to the set of its new status: the only place where either changes.
local function place(id, status, lane, look_at)
  local key = item_key(id)
  take_out(id)
  redis.call('SADD', P .. 'agenda:registered', id)
  redis.call('HSET', key, 'status', status, 'lane', lane)
  redis.call('HDEL', key, 'discarded')
  if status == 'settled' then redis.call('SADD', P .. 'agenda:settled', id)
  elseif status == 'dead' then redis.call('ZADD', P .. 'agenda:dead', NOW, id)
  else
    redis.call('SADD', P .. 'agenda:lanes', lane)
    redis.call('ZADD', P .. 'agenda:' .. status .. ':' .. lane, look_at, id)
  end
end

-- The change of an order that this script is about; what it makes due is known by it. False where it is about none.
local CHANGE = false

local function change_of(id) return redis.call('HGET', item_key(id), 'change') end

local function keep_change(key)
  if CHANGE then redis.call('HSET', key, 'change', CHANGE) else redis.call('HDEL', key, 'change') end
end

local wake_ups = {}
local woken = {}

local function wake(id, lane, generation, delay)
  local fields = redis.call('HMGET', item_key(id), 'kind', 'lms', 'seat', 'store', 'order', 'chore', 'of')
  local item = { kind = fields[1] }
  if fields[1] == 'seat' then item.lms = fields[2]; item.seat = fields[3]
  elseif fields[1] == 'chore' then item.chore = fields[6]; item.of = fields[7]
  else item.store = fields[4]; item.order = fields[5] end
  if not woken[id] then
    woken[id] = #wake_ups + 1
  end
  wake_ups[woken[id]] = cjson.encode({ item = item, lane = lane, generation = generation, delayMs = delay })
end

-- Makes an item due at a new generation. Once per script and item: one step is one change.
local function bump(id, lane, changed)
  local key = item_key(id)
  local generation = tonumber(redis.call('HGET', key, 'generation') or '0')
  if not woken[id] then generation = redis.call('HINCRBY', key, 'generation', 1) end
  if changed then
    redis.call('HSET', key, 'spent', 0)
    redis.call('DEL', key .. ':attempts')
  end
  redis.call('HSET', key, 'due', NOW)
  redis.call('HDEL', key, 'wait', 'code', 'diedAt')
  keep_change(key)
  place(id, 'due', lane, NOW + LOOK_AGAIN_MS)
  wake(id, lane, generation, 0)
end

local function register_seat(id, lms, seat)
  redis.call('HSET', item_key(id), 'kind', 'seat', 'lms', lms, 'seat', seat, 'settled', 0)
end

local function register_order(id, store, order)
  if redis.call('EXISTS', item_key(id)) == 1 then return end
  redis.call('SADD', P .. 'search:stores', store)
  redis.call('HSET', item_key(id), 'kind', 'order', 'store', store, 'order', order, 'settled', 0, 'generation', 0)
  place(id, 'settled', 'orders.' .. store, 0)
end

-- The orders behind a seat's claims; an operator's claim has none.
local function orders_of(seat)
  local orders, seen = {}, {}
  for _, claim in ipairs(redis.call('HKEYS', P .. 'seat:' .. seat .. ':claims')) do
    local store, order = string.match(claim, '^([^/~]+)/([^/]+)/')
    if store and not seen[store .. '/' .. order] then
      seen[store .. '/' .. order] = true
      orders[#orders + 1] = { store = store, order = order }
    end
  end
  return orders
end

-- There is something to tell a shop: it can wait for the next sweep, and for what else happens to the order meanwhile.
local function tell(ref)
  if redis.call('HGET', order_key(ref), 'tells') ~= '1' then return end
  local id, lane = 'tell-' .. ref.store .. '-' .. ref.order, 'tell.' .. ref.store
  local key = item_key(id)
  redis.call('HSET', key, 'kind', 'tell', 'store', ref.store, 'order', ref.order, 'due', NOW, 'spent', 0)
  redis.call('HSETNX', key, 'settled', 0)
  redis.call('HINCRBY', key, 'generation', 1)
  redis.call('HDEL', key, 'wait', 'code', 'diedAt')
  keep_change(key)
  place(id, 'due', lane, NOW + TELL_AFTER_MS)
end

-- Settled, waiting or dead: the shops of all orders behind it are told.
local function tell_about(id)
  CHANGE = change_of(id)
  local fields = redis.call('HMGET', item_key(id), 'kind', 'seat', 'store', 'order')
  if fields[1] == 'order' then tell({ store = fields[3], order = fields[4] }) end
  if fields[1] == 'seat' then
    for _, ref in ipairs(orders_of(fields[2])) do tell(ref) end
  end
end

-- Milliseconds until a write of unknown fate must have landed; 0 where there is none.
local function recheck_in(id)
  local at = redis.call('HGET', item_key(id), 'recheck')
  return at and math.max(0, tonumber(at) - NOW) or 0
end

-- Settled, unless a write may still come through: then it is looked at once more, as a generation of its own, however often a
-- changed fact has it settled before.
local function rest(id, lane)
  local wait = recheck_in(id)
  if wait == 0 then
    redis.call('HDEL', item_key(id), 'recheck')
    return place(id, 'settled', lane, 0)
  end
  redis.call('HINCRBY', item_key(id), 'generation', 1)
  redis.call('HSET', item_key(id), 'due', NOW + wait)
  place(id, 'due', lane, NOW + wait)
end

local function holds(lease, token) return redis.call('GET', P .. 'lease:' .. lease) == token end
local function holders_key(lease) return P .. 'holders:' .. lease end

-- Gives up a turn that came to no end: only its own holder is no suspect any more. True if it was still held.
local function release(lease, token)
  local was_held = holds(lease, token)
  redis.call('SREM', holders_key(lease), token)
  if was_held then redis.call('DEL', P .. 'lease:' .. lease) end
  if redis.call('GET', P .. 'quarantine') == token then redis.call('DEL', P .. 'quarantine') end
  return was_held
end

-- Gives up a turn that came to an end: what can end does not kill, so whoever died over it before did not die of it.
local function acquit(lease, token)
  local was_held = release(lease, token)
  if was_held then redis.call('DEL', holders_key(lease)) end
  return was_held
end

-- Whoever lost the lease may have written after somebody else settled: what has changed since is converged once more.
local function look_again(id)
  local key = item_key(id)
  local fields = redis.call('HMGET', key, 'status', 'lane')
  if not fields[1] or standing(id) == 'dead' then return end
  redis.call('HINCRBY', key, 'generation', 1)
  redis.call('HSET', key, 'due', NOW)
  redis.call('HDEL', key, 'wait')
  place(id, 'due', fields[2], NOW)
  note(id, 'recheck', 'a lease was lost')
end

-- The lane, if the generation is still current and open; else nil.
local function open_generation(id, generation)
  local fields = redis.call('HMGET', item_key(id), 'generation', 'status', 'lane')
  if fields[1] == generation and is_open(fields[2]) then return fields[3] end
  return nil
end
`

/** What ends a script that woke something: a result word and the wake-ups, as JSON texts. */
export const acceptedLua = String.raw`
local function accepted(result)
  table.insert(wake_ups, 1, result)
  return wake_ups
end
`

export const agendaScripts = {
  settleItem: String.raw`
    local id, generation, outcome, lease, token = ARGV[1], ARGV[2], cjson.decode(ARGV[3]), ARGV[4], ARGV[5]
    local lane = open_generation(id, generation)
    if not lane then
      if not holds(lease, token) then look_again(id) end
      return 0
    end
    if outcome.status == 'waiting' and recheck_in(id) == 0 then
      redis.call('HSET', item_key(id), 'due', outcome.untilMs, 'wait', outcome.reason)
      -- A chore's round that ended well: its earlier failures count no more.
      if outcome.reason == 'scheduled' then
        redis.call('HSET', item_key(id), 'spent', 0)
        redis.call('DEL', item_key(id) .. ':attempts')
      end
      place(id, 'waiting', lane, outcome.untilMs)
      note(id, 'waiting', outcome.reason)
    else
      redis.call('HSET', item_key(id), 'settled', generation, 'spent', 0)
      redis.call('HDEL', item_key(id), 'wait')
      note(id, 'settled', outcome.status)
      rest(id, lane)
    end
    acquit(lease, token)
    tell_about(id)
    return 1`,

  fileFailure: String.raw`
    local id, generation, filing = ARGV[1], ARGV[2], cjson.decode(ARGV[3])
    local lane = open_generation(id, generation)
    if not lane then return { 'superseded', 0 } end
    local key = item_key(id)
    local backoff = filing.backoff
    local failed = redis.call('LLEN', key .. ':attempts')
    local spent = tonumber(redis.call('HGET', key, 'spent') or '0')
    local ceiling = math.min(backoff.maxMs, backoff.firstMs * 2 ^ math.min(failed, 30))
    local backs_off = math.max(1, math.floor(filing.random * ceiling))
    local delay = math.max(backs_off, recheck_in(id))
    local dies = filing.permanent or spent + backs_off > backoff.giveUpAfterMs
    redis.call('RPUSH', key .. ':attempts', cjson.encode({ atMs = NOW, code = filing.code, nextInMs = dies and cjson.null or delay }))
    redis.call('LTRIM', key .. ':attempts', -50, -1)
    if dies then
      redis.call('HSET', key, 'code', filing.code, 'diedAt', NOW)
      place(id, 'dead', lane, 0)
      note(id, 'dead', filing.code)
      compare_dead(id)
      tell_about(id)
      return { 'dead', 0 }
    end
    redis.call('HSET', key, 'spent', spent + backs_off, 'due', NOW + delay)
    place(id, 'due', lane, NOW + delay)
    note(id, 'failed', filing.code)
    return { 'retry', delay }`,

  postponeItem: String.raw`
    local id, generation, delay = ARGV[1], ARGV[2], tonumber(ARGV[3])
    local lane = open_generation(id, generation)
    if not lane then return 0 end
    redis.call('HSET', item_key(id), 'due', NOW + delay)
    place(id, 'due', lane, NOW + delay)
    return 1`,

  recheckItem: String.raw`
    local id, at = ARGV[1], NOW + tonumber(ARGV[2])
    redis.call('HSET', item_key(id), 'recheck', at)
    note(id, 'recheck', 'a write may still come through')
    return 1`,

  lookAfterLease: String.raw`
    local id, lease = ARGV[1], P .. 'lease:' .. ARGV[2]
    local fields = redis.call('HMGET', item_key(id), 'status', 'lane')
    if fields[1] ~= 'due' then return 0 end
    local left = math.max(0, redis.call('PTTL', lease))
    redis.call('ZADD', P .. 'agenda:due:' .. fields[2], 'LT', NOW + left, id)
    return 1`,

  noteWords: String.raw`
    if redis.call('EXISTS', item_key(ARGV[1])) == 1 then note(ARGV[1], 'said', ARGV[2]) end
    return 1`,

  sweepLane: String.raw`
    local lane, limit = ARGV[1], tonumber(ARGV[2])
    for _, status in ipairs({ 'due', 'waiting' }) do
      local key = P .. 'agenda:' .. status .. ':' .. lane
      for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', NOW, 'LIMIT', 0, limit - #wake_ups)) do
        redis.call('ZADD', key, NOW + LOOK_AGAIN_MS, id)
        wake(id, lane, tonumber(redis.call('HGET', item_key(id), 'generation')), 0)
      end
    end
    return wake_ups`,

  ensureChore: String.raw`
    local id, lane, chore, of = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
    local key = item_key(id)
    if redis.call('EXISTS', key) == 1 then return 0 end
    redis.call('HSET', key, 'kind', 'chore', 'chore', chore, 'of', of, 'settled', 0, 'generation', 1, 'due', NOW)
    place(id, 'due', lane, NOW)
    return 1`,

  conservation: String.raw`
    local due, waiting = 0, 0
    for _, lane in ipairs(redis.call('SMEMBERS', P .. 'agenda:lanes')) do
      due = due + redis.call('ZCARD', P .. 'agenda:due:' .. lane)
      waiting = waiting + redis.call('ZCARD', P .. 'agenda:waiting:' .. lane)
    end
    return { redis.call('SCARD', P .. 'agenda:registered'), redis.call('SCARD', P .. 'agenda:settled'), due, waiting, redis.call('ZCARD', P .. 'agenda:dead') }`,
} as const
