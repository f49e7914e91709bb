import { memoryShare, readInfo, type RedisInfo } from './redis-info.ts'
import type { RedisClient } from './redis.ts'

/** Everything that can be said against a Redis. Codes are public: logs, the status page and overrides use them. */
export const safetyCodes = [
  'REDIS_EVICTS',
  'REDIS_AOF_OFF',
  'REDIS_REPLICA',
  'REDIS_REPLICAS_FEW',
  'REDIS_FORBIDS_WRITES',
  'REDIS_TOO_OLD',
  'REDIS_FSYNC_WEAK',
  'REDIS_CLOCK_SKEWED',
  'REDIS_MEMORY_HIGH',
  'REDIS_FSYNC_UNKNOWN',
  'REDIS_CLOCK_UNKNOWN',
  'REDIS_INFO_UNKNOWN',
] as const
export type SafetyCode = (typeof safetyCodes)[number]

export interface SafetyFinding {
  readonly code: SafetyCode
  /** `unsafe` can lose paid seats; `warning` stops the intake; `unknown` could not be asked. */
  readonly level: 'unsafe' | 'warning' | 'unknown'
  /** What is the matter and the one thing to do about it. */
  readonly sentence: string
}

/** How often Redis writes its log through to the disk, from the safest to the weakest. */
export type Appendfsync = 'always' | 'everysec'

export interface SafetyDemands {
  /** The weakest that the operator accepts; what the promises of the status page rest on. */
  readonly appendfsync: Appendfsync
  /** How many replicas must have a write before it counts; 0 unless given. */
  readonly replicas?: number
  /** Share of maxmemory, 0 to 1, above which webhooks are refused; 0.8 unless given. */
  readonly watermark?: number
  /** This machine's clock, milliseconds since 1970. */
  readonly nowMs: () => number
}

/** The oldest Redis that BullMQ advises. @see bullmq, `src/classes/redis-connection.ts`, `recommendedMinimumVersion` */
const oldest = { major: 6, minor: 2 }
const mostSkewMs = 2000
/** Share of maxmemory that webhooks may fill. */
export const usualWatermark = 0.8

/**
 * What speaks against trusting this Redis with paid seats; empty if nothing does.
 *
 * All but `appendfsync` is read from INFO, so a user without CONFIG, as at managed services, learns of all the rest; what
 * may not be asked is a finding of its own.
 *
 * @throws what ioredis throws when Redis does not answer.
 */
export async function checkRedisSafety(redis: RedisClient, demands: SafetyDemands): Promise<readonly SafetyFinding[]> {
  const [info, fsync, skewMs] = await Promise.all([
    unlessForbidden(readInfo(redis)),
    unlessForbidden(readAppendfsync(redis)),
    unlessForbidden(readSkewMs(redis, demands.nowMs)),
  ])
  const isLogging = info?.get('aof_enabled') !== '0'
  const mayWrite = info?.get('role') === 'slave' || (await unlessForbidden(writeNothing(redis))) !== undefined
  return [
    ...(mayWrite ? [] : [findings.forbidsWrites]),
    ...(info === undefined ? [findings.infoUnknown] : judgeInfo(info, demands)),
    ...(isLogging ? judgeFsync(fsync, demands.appendfsync) : []),
    ...judgeSkew(skewMs),
  ]
}

function judgeInfo(
  info: RedisInfo,
  { watermark = usualWatermark, replicas = 0 }: SafetyDemands,
): readonly SafetyFinding[] {
  const evicts = info.get('maxmemory_policy')
  const version = info.get('redis_version') ?? ''
  const used = memoryShare(info)
  const following = Number(info.get('connected_slaves') ?? 0)
  return [
    ...(evicts === 'noeviction' ? [] : [findings.evicts(evicts)]),
    ...(info.get('aof_enabled') === '0' ? [findings.aofOff] : []),
    ...(info.get('role') === 'master' ? judgeReplicas(following, replicas) : [findings.replica]),
    ...(isTooOld(version) ? [findings.tooOld(version)] : []),
    ...(used >= watermark ? [findings.memoryHigh(used, watermark)] : []),
  ]
}

function judgeReplicas(found: number, wanted: number): readonly SafetyFinding[] {
  return found >= wanted ? [] : [findings.replicasFew(found, wanted)]
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < oldest.major || (major === oldest.major && minor < oldest.minor)
}

function judgeFsync(found: string | undefined, wanted: Appendfsync): readonly SafetyFinding[] {
  if (found === undefined) return [findings.fsyncUnknown(wanted)]
  const isEnough = found === 'always' || found === wanted
  return isEnough ? [] : [findings.fsyncWeak(found, wanted)]
}

function judgeSkew(skewMs: number | undefined): readonly SafetyFinding[] {
  if (skewMs === undefined) return [findings.clockUnknown]
  return Math.abs(skewMs) > mostSkewMs ? [findings.clockSkewed(skewMs)] : []
}

async function readAppendfsync(redis: RedisClient): Promise<string | undefined> {
  const answer: unknown = await redis.config('GET', 'appendfsync')
  return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined
}

/** How far this clock is ahead (or behind, negative) at the least: a slow answer is not counted as skew. */
async function readSkewMs(redis: RedisClient, nowMs: () => number): Promise<number> {
  const askedMs = nowMs()
  const [seconds, microseconds] = await redis.time()
  const answeredMs = nowMs()
  const redisMs = Number(seconds) * 1000 + Number(microseconds) / 1000
  return Math.max(askedMs - redisMs, 0) + Math.min(answeredMs - redisMs, 0)
}

/** A script that may write, as all of ours, and has nothing to write: it costs no sync of the disk. */
async function writeNothing(redis: RedisClient): Promise<unknown> {
  return redis.eval("return redis.call('DEL', KEYS[1])", 1, '{seatkeeper}:nothing')
}

/** Undefined where an ACL forbids the command, or where a managed service does not have it. */
function unlessForbidden<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof Error && forbidding.test(error.message)) return undefined
    throw error
  })
}

/** What is forbidden to a script is told in other words than what is forbidden to us; Redis 6.2 and 7 differ too. */
const forbidding =
  /^(NOPERM\b|ERR unknown (sub)?command)|can't (run|access)|has no permissions|No permissions|^ACL failure/i

/** The words for each finding, in one place. */
const findings = {
  evicts: (policy = 'unknown') =>
    unsafe(
      'REDIS_EVICTS',
      `Redis deletes data when it is full (maxmemory-policy is ${policy}); set maxmemory-policy noeviction.`,
    ),
  aofOff: unsafe('REDIS_AOF_OFF', 'Redis forgets at a crash what it confirmed; set appendonly yes.'),
  replica: unsafe(
    'REDIS_REPLICA',
    'This Redis is a replica and takes no writes; connect to its primary, or to Sentinel’s.',
  ),
  replicasFew: (found: number, wanted: number) =>
    unsafe(
      'REDIS_REPLICAS_FEW',
      `Redis has ${found} replicas and webhooks are answered 200 only once ${wanted} have them; start the others, or lower REDIS_REPLICAS.`,
    ),
  forbidsWrites: unsafe(
    'REDIS_FORBIDS_WRITES',
    'Our Redis user may not run scripts that write our keys; allow it +@write, +@scripting and ~{seatkeeper}:*.',
  ),
  tooOld: (version: string) =>
    unsafe('REDIS_TOO_OLD', `Redis is ${version || 'of unknown version'}; upgrade it to 6.2 or newer.`),
  fsyncWeak: (found: string, wanted: Appendfsync) =>
    unsafe(
      'REDIS_FSYNC_WEAK',
      `Redis may lose what it confirmed at a power cut (appendfsync is ${found}); set appendfsync ${wanted}.`,
    ),
  clockSkewed: (skewMs: number) =>
    unsafe(
      'REDIS_CLOCK_SKEWED',
      `The clock of this machine is ${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} that of Redis; run NTP on both.`,
    ),
  memoryHigh: (share: number, watermark: number): SafetyFinding => ({
    code: 'REDIS_MEMORY_HIGH',
    level: 'warning',
    sentence: `Redis uses ${Math.round(share * 100)} % of its maxmemory, and from ${Math.round(watermark * 100)} % on webhooks are refused; raise maxmemory.`,
  }),
  fsyncUnknown: (wanted: Appendfsync) =>
    unknown(
      'REDIS_FSYNC_UNKNOWN',
      `Our Redis user may not read appendfsync; make sure that it is ${wanted}, or allow our user +config|get.`,
    ),
  clockUnknown: unknown(
    'REDIS_CLOCK_UNKNOWN',
    'Our Redis user may not ask for the time, so clocks cannot be compared; allow it +time.',
  ),
  infoUnknown: unknown(
    'REDIS_INFO_UNKNOWN',
    'Our Redis user may not use INFO, so eviction, persistence, role and version are not known; allow it +info.',
  ),
} as const

function unsafe(code: SafetyCode, sentence: string): SafetyFinding {
  return { code, level: 'unsafe', sentence }
}

function unknown(code: SafetyCode, sentence: string): SafetyFinding {
  return { code, level: 'unknown', sentence }
}
