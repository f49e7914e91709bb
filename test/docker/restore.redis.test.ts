import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { root } from '../command.ts'
import { until } from '../e2e/until.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatkeeper-restore-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Lets a Redis have these data for a while. */
async function within<Result>(directory: string, use: (redis: Redis) => Promise<Result>): Promise<Result> {
  const server = await startRedis({ directory })
  const redis = new Redis(server.url)
  try {
    return await use(redis)
  } finally {
    redis.disconnect()
    await server.stop()
  }
}

async function takeSnapshot(redis: Redis): Promise<void> {
  const before = await redis.lastsave()
  // Redis tells the time of its last snapshot in seconds.
  await until('the second is over', async () => Number((await redis.time())[0]) > before)
  await redis.bgsave()
  await until('the snapshot is taken', async () => (await redis.lastsave()) > before)
}

describe('the restore of docs/upkeep.md', () => {
  it('has what the snapshot had and nothing else, and keeps it', async () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')]
    await within(from, async (redis) => {
      await redis.set('{seatkeeper}:seat', 'sold')
      await takeSnapshot(redis)
    })
    await within(to, (redis) => redis.set('{seatkeeper}:later', 'broken'))
    const [, script = ''] = /'(mkdir \/data[^']+)'/.exec(await readFile(join(root, 'docs/upkeep.md'), 'utf8')) ?? []
    const input = await readFile(join(from, 'dump.rdb'))
    expect(spawnSync('sh', ['-c', script.replaceAll('/data', to)], { input })).toMatchObject({ status: 0 })
    const held = () => within(to, (redis) => redis.mget('{seatkeeper}:seat', '{seatkeeper}:later'))
    expect(await held()).toEqual(['sold', null])
    expect(await held()).toEqual(['sold', null])
  })
})
