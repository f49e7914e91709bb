import type { Redis } from 'ioredis'

/** A stored value in a form that outlives any program: what its type is, and what it holds. */
export type StoredValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'hash'; readonly value: Readonly<Record<string, string>> }
  | { readonly type: 'set' | 'list'; readonly value: readonly string[] }
  | { readonly type: 'zset'; readonly value: readonly string[] }

/** Everything under a prefix, by what follows it. */
export type Keyspace = Readonly<Record<string, StoredValue>>

/** Reads all keys of a prefix. Times to live are left out. */
export async function dumpKeys(redis: Redis, prefix: string): Promise<Keyspace> {
  const keys = (await redis.keys(`${prefix.replaceAll(/[[\]*?]/g, '\\$&')}*`)).toSorted()
  const values = await Promise.all(keys.map(async (key) => [key.slice(prefix.length), await dump(redis, key)] as const))
  return Object.fromEntries(values)
}

async function dump(redis: Redis, key: string): Promise<StoredValue> {
  const type = await redis.type(key)
  if (type === 'string') return { type, value: (await redis.get(key)) ?? '' }
  if (type === 'hash') return { type, value: await redis.hgetall(key) }
  if (type === 'set') return { type, value: (await redis.smembers(key)).toSorted() }
  if (type === 'list') return { type, value: await redis.lrange(key, 0, -1) }
  if (type === 'zset') return { type, value: await redis.zrange(key, '0', '-1', 'WITHSCORES') }
  throw new Error(`${key} is a ${type}`)
}

/** Writes what was dumped. */
export async function restoreKeys(redis: Redis, prefix: string, keyspace: Keyspace): Promise<void> {
  for (const [name, stored] of Object.entries(keyspace)) await restore(redis, prefix + name, stored)
}

async function restore(redis: Redis, key: string, stored: StoredValue): Promise<unknown> {
  if (stored.type === 'string') return redis.set(key, stored.value)
  if (stored.type === 'hash') return redis.hset(key, stored.value)
  if (stored.type === 'set') return redis.sadd(key, ...stored.value)
  if (stored.type === 'list') return redis.rpush(key, ...stored.value)
  const scored = stored.value.flatMap((member, index) =>
    index % 2 === 0 ? [stored.value[index + 1] ?? '', member] : [],
  )
  return redis.call('ZADD', key, ...scored)
}
