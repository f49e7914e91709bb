/**
 * What operators did and which lanes they stopped, in Lua. Keys: `operators` (stream of by, action, on, detail), `lanes:paused`
 * (lane to JSON of by, reason and time).
 *
 * Put in front of the scripts that carry an operator's decision out, so that it is of one step with its entry.
 */
export const operatorLua = String.raw`
local function log_action(by, action, on, detail)
  redis.call('XADD', P .. 'operators', '*', 'by', by, 'action', action, 'on', on, 'detail', detail)
end
`

export const operatorScripts = {
  recordAction: String.raw`
    log_action(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
    return 1`,

  pauseLane: String.raw`
    local lane, by, reason = ARGV[1], ARGV[2], ARGV[3]
    local pause = cjson.encode({ by = by, reason = reason, atMs = NOW })
    if redis.call('HSETNX', P .. 'lanes:paused', lane, pause) == 0 then return 0 end
    log_action(by, 'pause', lane, reason)
    return 1`,

  resumeLane: String.raw`
    local lane, by, reason = ARGV[1], ARGV[2], ARGV[3]
    if redis.call('HDEL', P .. 'lanes:paused', lane) == 0 then return 0 end
    log_action(by, 'resume', lane, reason)
    return 1`,
} as const
