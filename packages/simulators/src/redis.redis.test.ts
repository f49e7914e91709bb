import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { privateRedisOrUrl } from './private-redis-or-url.ts'
import { startRedis, type EmbeddedRedis } from './redis.ts'

const redisModule = JSON.stringify(new URL('redis.ts', import.meta.url).href)
const started: EmbeddedRedis[] = []
const folders: string[] = []

async function start(options?: Parameters<typeof startRedis>[0]): Promise<EmbeddedRedis> {
  const redis = await startRedis(options)
  started.push(redis)
  return redis
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seatkeeper-test-'))
  folders.push(folder)
  return folder
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((redis) => redis.stop()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('startRedis', () => {
  it('keeps what it confirmed through a kill', async () => {
    const redis = await start()
    const before = redis.pid()
    expect(await ask(redis.url, 'SET seat 1')).toBe('+OK')
    await redis.kill()
    expect(isAlive(before)).toBe(false)
    await redis.restart()
    expect(redis.pid()).not.toBe(before)
    expect(await ask(redis.url, 'GET seat')).toBe('$1\r\n1')
  })

  it('syncs every write and evicts nothing', async () => {
    const redis = await start()
    expect(await ask(redis.url, 'CONFIG GET appendfsync')).toContain('always')
    expect(await ask(redis.url, 'CONFIG GET maxmemory-policy')).toContain('noeviction')
  })

  it('leaves nothing behind when stopped', async () => {
    const redis = await start()
    await redis.stop()
    expect(isAlive(redis.pid())).toBe(false)
    expect(existsSync(dirname(redis.url))).toBe(false)
  })

  it('keeps a given folder for the next one', async () => {
    const directory = join(aFolder(), 'new')
    const first = await start({ directory })
    await ask(first.url, 'SET seat 2')
    await first.stop()
    const second = await start({ directory })
    expect(await ask(second.url, 'GET seat')).toBe('$1\r\n2')
  })

  it('does not share a folder with another one that runs', async () => {
    const directory = aFolder()
    await start({ directory })
    await expect(startRedis({ directory })).rejects.toThrow(`Another Redis already serves ${directory}`)
  })

  it('finds a short path for its socket where the folder’s is too long', async () => {
    const redis = await start({ directory: join(aFolder(), 'deep'.repeat(30)) })
    expect(redis.url.length).toBeLessThan(100)
    expect(await ask(redis.url, 'PING')).toBe('+PONG')
  })

  it('tells why it did not start', async () => {
    await expect(startRedis({ directory: aFolder(), arguments: ['--nonsense', 'yes'] })).rejects.toThrow(
      /ended at once: .*/,
    )
  })

  it.each(['SIGKILL', 'SIGTERM'] as const)('dies, and its folder goes, when we end by %s', async (signal) => {
    const script = `
      import { startRedis } from ${redisModule}
      const redis = await startRedis()
      setInterval(() => {}, 1000)
      console.log(redis.pid(), redis.url)`
    const flags = ['--conditions=@seatkeeper/source', '--input-type=module-typescript', '--eval', script]
    const parent = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [words] = (await once(parent.stdout, 'data')) as [Buffer]
    const [pid, url] = String(words).trim().split(' ')
    expect(isAlive(Number(pid))).toBe(true)
    parent.kill(signal)
    await until(() => !isAlive(Number(pid)) && !existsSync(dirname(url ?? '')))
  })

  it('does not keep a program alive that forgot to stop it', async () => {
    const script = `
      import { startRedis } from ${redisModule}
      await startRedis()`
    const flags = ['--conditions=@seatkeeper/source', '--input-type=module-typescript', '--eval', script]
    expect(await once(spawn(process.execPath, flags, { stdio: 'inherit' }), 'exit')).toEqual([0, null])
  })
})

describe('privateRedisOrUrl', () => {
  it('takes the one that REDIS_URL names and leaves it alone', async () => {
    const own = await start()
    const redis = await privateRedisOrUrl({ REDIS_URL: own.url }, () => {})
    expect(redis.url).toBe(own.url)
    await redis.stop()
    expect(await ask(own.url, 'PING')).toBe('+PONG')
  })

  it('starts one where REDIS_URL is missing or empty', async () => {
    const redis = await privateRedisOrUrl({ REDIS_URL: '' }, () => {})
    expect(await ask(redis.url, 'PING')).toBe('+PONG')
    await redis.stop()
    await expect(ask(redis.url, 'PING')).rejects.toThrow('ENOENT')
  })
})

/** One inline command, and the answer without its last line break. */
async function ask(socket: string, command: string): Promise<string> {
  const connection = createConnection(socket)
  try {
    connection.write(`${command}\r\n`)
    const [answer] = (await once(connection, 'data')) as [Buffer]
    return answer.toString().trim()
  } finally {
    connection.destroy()
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('not within 10 s')
    await new Promise((wake) => setTimeout(wake, 20))
  }
}
