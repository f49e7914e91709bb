/**
 * Call budgets in Lua. Keys: `calls:<lms>:<user>:<class>` (ids of calls, sorted by when they stop counting),
 * `calls:<lms>:<user>:throttled` (text: until when), `calls:<lms>:revokes` and `calls:<lms>:chores` (who waits to revoke or to keep
 * house, sorted by when it is not believed any more), `calls:<lms>:users` (the users that workers have, sorted by when they last said so), `calls:<lms>:limit` (text: of each).
 */
const callsLua = String.raw`
local MINUTE = 60000
local WAITING_MS = 3000
local LMS = ARGV[1]

local function calls_key(user, what) return P .. 'calls:' .. LMS .. ':' .. user .. ':' .. what end

-- Of those who wait in a class; nobody gives way to waiting enrolments.
local function waiting_key(class)
  local names = { revoke = 'revokes', housekeeping = 'chores' }
  return names[class] and P .. 'calls:' .. LMS .. ':' .. names[class]
end

local function is_waiting(class)
  redis.call('ZREMRANGEBYSCORE', waiting_key(class), '-inf', NOW)
  return redis.call('ZCARD', waiting_key(class)) > 0
end

local function count(user, class)
  local key = calls_key(user, class)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', NOW)
  return redis.call('ZCARD', key)
end

local function throttled_for(user)
  return math.max(0, (tonumber(redis.call('GET', calls_key(user, 'throttled')) or 0)) - NOW)
end

local function share(limit, part) return math.max(1, math.floor(limit / part)) end

-- What a class is granted at most.
local function most(class, limit)
  if class == 'housekeeping' then return share(limit, 10) end
  return limit - (class == 'enroll' and share(limit, 20) or 0)
end

-- What a user has left for a class. Enrolments leave housekeeping its share while it is used or waited for.
local function left(user, class, limit)
  local enrolling, keeping = count(user, 'enroll'), count(user, 'housekeeping')
  local free = limit - count(user, 'revoke') - enrolling - keeping
  if class == 'revoke' then return free end
  if class == 'housekeeping' then return math.min(free, most(class, limit) - keeping) end
  local wanted = is_waiting('housekeeping') and most('housekeeping', limit) or 0
  local yielded = math.max(0, wanted - keeping)
  return math.min(free, most(class, limit) - enrolling - keeping) - yielded
end

-- Until when something that counts may cease to.
local function next_end(user)
  local first
  for _, class in ipairs({ 'revoke', 'enroll', 'housekeeping' }) do
    local score = redis.call('ZRANGE', calls_key(user, class), 0, 0, 'WITHSCORES')[2]
    if score and (not first or tonumber(score) < first) then first = tonumber(score) end
  end
  return first or NOW
end

local function keep(user, class, id, until_ms)
  local key = calls_key(user, class)
  redis.call('ZADD', key, until_ms, id)
  if redis.call('PTTL', key) < until_ms - NOW then redis.call('PEXPIRE', key, math.ceil(until_ms - NOW)) end
end
`

const leftLua = String.raw`
local function left_of_all(users, limit)
  local total, throttled = 0, 0
  for _, user in ipairs(users) do
    if throttled_for(user) > 0 then throttled = throttled + 1
    else
      total = total + math.max(0, limit - count(user, 'revoke') - count(user, 'enroll') - count(user, 'housekeeping'))
    end
  end
  return total, throttled
end
`

export const callScripts = {
  // Gives { 1, user, count }, or { 0, 'later' or 'throttled', wait }.
  reserveCalls: `${callsLua}${String.raw`
    local request = cjson.decode(ARGV[2])
    local class, limit = request.class, request.limit
    local wanted = math.min(request.calls, most(class, limit))
    local least = math.min(request.least or wanted, wanted)
    local best, best_left, open_at, ends_at
    for _, user in ipairs(request.users) do
      local throttled = throttled_for(user)
      if throttled > 0 then open_at = math.min(open_at or math.huge, throttled)
      else
        local user_left = left(user, class, limit)
        if not best or user_left > best_left then best, best_left = user, user_left end
        ends_at = math.min(ends_at or math.huge, next_end(user))
      end
    end
    local waiting = waiting_key(class)
    local is_behind = class ~= 'revoke' and is_waiting('revoke')
    if best and best_left >= least and not is_behind then
      local granted = math.min(wanted, best_left)
      for index = 1, granted do keep(best, class, request.waiter .. '-' .. index, NOW + request.holdMs) end
      if waiting then redis.call('ZREM', waiting, request.waiter) end
      return { 1, best, granted }
    end
    if not best then return { 0, 'throttled', math.ceil(open_at) } end
    if waiting then
      redis.call('ZADD', waiting, NOW + WAITING_MS, request.waiter)
      redis.call('PEXPIRE', waiting, WAITING_MS)
    end
    return { 0, 'later', math.ceil(math.max(0, ends_at - NOW)) }`}`,

  // Gives 1 to go, 0 if lapsed, or minus the wait.
  beginCall: `${callsLua}${String.raw`
    local user, class, id, longest = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
    local throttled = throttled_for(user)
    if throttled > 0 then return -math.ceil(throttled) end
    local held_until = redis.call('ZSCORE', calls_key(user, class), id)
    if not held_until or tonumber(held_until) <= NOW then return 0 end
    keep(user, class, id, NOW + longest + MINUTE)
    return 1`}`,

  endCall: `${callsLua}${String.raw`
    local user, class, id = ARGV[2], ARGV[3], ARGV[4]
    keep(user, class, id, NOW + MINUTE)
    return 1`}`,

  giveBackCalls: `${callsLua}${String.raw`
    for _, call in ipairs(cjson.decode(ARGV[2])) do redis.call('ZREM', calls_key(call.user, call.class), call.id) end
    return 1`}`,

  stopWaiting: `${callsLua}${String.raw`
    return redis.call('ZREM', waiting_key('revoke'), ARGV[2]) + redis.call('ZREM', waiting_key('housekeeping'), ARGV[2])`}`,

  throttleUser: `${callsLua}${String.raw`
    local user, for_ms = ARGV[2], tonumber(ARGV[3])
    if for_ms <= throttled_for(user) then return 0 end
    redis.call('SET', calls_key(user, 'throttled'), string.format('%.0f', NOW + for_ms), 'PX', math.ceil(for_ms))
    return 1`}`,

  // Workers ask this over and over: so it is known who they are.
  callsLeft: `${callsLua}${leftLua}${String.raw`
    local users, limit = cjson.decode(ARGV[2]), tonumber(ARGV[3])
    for _, user in ipairs(users) do redis.call('ZADD', P .. 'calls:' .. LMS .. ':users', NOW, user) end
    redis.call('PEXPIRE', P .. 'calls:' .. LMS .. ':users', MINUTE)
    redis.call('SET', P .. 'calls:' .. LMS .. ':limit', limit, 'PX', MINUTE)
    return (left_of_all(users, limit))`}`,

  // Gives { left, limit of all, users, users that the LMS has wait }, or nothing where no worker said who they are.
  callsStanding: `${callsLua}${leftLua}${String.raw`
    local limit = tonumber(redis.call('GET', P .. 'calls:' .. LMS .. ':limit') or '0')
    local users = redis.call('ZRANGEBYSCORE', P .. 'calls:' .. LMS .. ':users', NOW - MINUTE, '+inf')
    if #users == 0 or limit == 0 then return {} end
    local total, throttled = left_of_all(users, limit)
    return { total, limit * #users, #users, throttled }`}`,
} as const
