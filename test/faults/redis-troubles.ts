import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import type { FaultProxy } from './fault-proxy.ts'
import type { Scale } from './fault-test.ts'

/** What a trouble gets hold of. */
export interface TroubledRedis {
  readonly server: EmbeddedRedis
  /** Through which all processes reach it. */
  readonly proxy: FaultProxy
  readonly scale: Scale
}

/** One way in which Redis does not do what it should, for a while. */
export interface Trouble {
  readonly title: string
  /** Before the clock runs. */
  prepare?(redis: TroubledRedis): Promise<void>
  /** Resolves when the trouble is over and Redis is well again. */
  pass(redis: TroubledRedis): Promise<void>
}

const lastsMs = { small: 4000, full: 20_000 } as const
const logBytes = { small: 50_000_000, full: 500_000_000 } as const
const killsEveryMs = 50

/** All but a full memory, which is judged in another way. */
export const troubles: readonly Trouble[] = [
  {
    title: 'frozen',
    pass: async ({ server, scale }) => {
      process.kill(server.pid(), 'SIGSTOP')
      await pause(lastsMs[scale])
      process.kill(server.pid(), 'SIGCONT')
    },
  },
  {
    title: 'restarted with a big log',
    prepare: ({ server, scale }) => asAdmin(server, (redis) => fill(redis, logBytes[scale])),
    pass: async ({ server }) => {
      await server.kill()
      await server.restart()
      await asAdmin(server, (redis) => redis.unlink(fillerOf(logBytes.full)))
    },
  },
  {
    title: 'read-only',
    pass: async ({ server, scale }) => {
      await asAdmin(server, async (redis) => {
        await redis.replicaof('127.0.0.1', 1)
        await pause(lastsMs[scale])
        await redis.replicaof('NO', 'ONE')
      })
    },
  },
  {
    title: 'disk full',
    pass: async ({ server, scale }) => {
      await limitFiles(server, (await largestFile(dirname(server.url))) + 4096)
      await pause(lastsMs[scale])
      await server.restart()
    },
  },
  {
    title: 'all connections killed again and again',
    pass: ({ server, scale }) =>
      asAdmin(server, async (redis) => {
        for (let killed = 0; killed < lastsMs[scale] / killsEveryMs; killed += 1) {
          await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
          await pause(killsEveryMs)
        }
      }),
  },
  {
    title: 'slow',
    pass: async ({ proxy, scale }) => {
      proxy.pace({ latencyMs: 300, jitterMs: 100 })
      await pause(lastsMs[scale])
      await proxy.heal()
    },
  },
]

export async function asAdmin<Done>(server: EmbeddedRedis, act: (redis: Redis) => Promise<Done>): Promise<Done> {
  const redis = new Redis(server.url)
  redis.on('error', () => undefined)
  try {
    return await act(redis)
  } finally {
    redis.disconnect()
  }
}

const pieceBytes = 1_000_000

function fillerOf(bytes: number): string[] {
  return Array.from({ length: bytes / pieceBytes }, (_, index) => `filler:${index}`)
}

async function fill(redis: Redis, bytes: number): Promise<void> {
  for (const key of fillerOf(bytes)) await redis.set(key, 'x'.repeat(pieceBytes))
}

/** Without a small file system of its own: where a file may not grow, the kernel ends Redis as a full disk makes it end itself. */
async function limitFiles(server: EmbeddedRedis, bytes: number): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', `${server.pid()}`, `--fsize=${bytes}`])
}

async function largestFile(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const logs = files.filter((file) => file.isFile() && file.name.includes('.incr.'))
  const sizes = await Promise.all(logs.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
  return Math.max(0, ...sizes)
}
