import type { RedisClient } from './redis.ts'

/** What INFO says, by field. */
export type RedisInfo = ReadonlyMap<string, string>

/** @param section of INFO, such as `memory`; all unless given. @throws what ioredis throws when Redis does not answer. */
export async function readInfo(redis: RedisClient, section?: string): Promise<RedisInfo> {
  const text = await (section === undefined ? redis.info() : redis.info(section))
  const lines = text.split('\r\n').filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

/** How much of its maxmemory Redis uses, 0 to 1 and a little over; 0 where it has no limit. */
export function memoryShare(info: RedisInfo): number {
  const share = Number(info.get('used_memory')) / Number(info.get('maxmemory'))
  return Number.isFinite(share) ? share : 0
}
