import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, open, readFile, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { EmbeddedRedis, EmbeddedRedisOptions } from '@seatkeeper/simulators'

/** A disk whose power can be cut: it keeps of each file what was synced, and loses all that was only written. */
export interface FragileDisk {
  /** What the Redis that writes to it must be started with. */
  readonly redis: Required<Pick<EmbeddedRedisOptions, 'directory' | 'environment'>>
  /** SIGKILL, and every file of the AOF is cut back to its last sync. Gives how many bytes were lost. */
  cutPower(redis: Pick<EmbeddedRedis, 'kill'>): Promise<number>
  remove(): Promise<void>
}

const run = promisify(execFile)
const source = fileURLToPath(new URL('synced-sizes.c', import.meta.url))
const compilers = ['cc', 'gcc', 'clang'] as const

/** What must be installed before power can be cut, in one sentence; null if nothing is missing. */
export async function whatPowerCutLacks(): Promise<string | null> {
  if (process.platform !== 'linux') return 'Power cuts need Linux, for LD_PRELOAD.'
  if ((await findCompiler()) !== undefined) return null
  return 'Power cuts need a C compiler: install one (Debian, Ubuntu: sudo apt-get install gcc libc6-dev).'
}

/**
 * Makes a folder in which a Redis notes, by a library that is loaded into it, how much of each file was synced.
 *
 * The worst case is played: not a byte after the last finished sync survives. Entries of folders do survive, because
 * Redis syncs the folder when it adds a file.
 *
 * @throws Error if there is no compiler to make the library with.
 */
export async function prepareFragileDisk(): Promise<FragileDisk> {
  const compiler = await findCompiler()
  if (compiler === undefined) throw new Error((await whatPowerCutLacks()) ?? 'There is no compiler.')
  const folder = await mkdtemp(join(tmpdir(), 'seatkeeper-disk-'))
  const [library, journal, directory] = ['synced-sizes.so', 'synced-sizes', 'data'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  await mkdir(directory)
  await run(compiler, ['-shared', '-fPIC', '-O1', '-o', library, source])
  return {
    redis: { directory, environment: { LD_PRELOAD: library, SYNCED_SIZES: journal } },
    cutPower: async (redis) => {
      await redis.kill()
      return dropUnsynced(join(directory, 'appendonlydir'), await readFile(journal, 'utf8'))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function findCompiler(): Promise<string | undefined> {
  for (const compiler of compilers) {
    const isThere = await run(compiler, ['--version']).then(
      () => true,
      () => false,
    )
    if (isThere) return compiler
  }
  return undefined
}

/** @param journal lines of inode and synced size, oldest first. */
async function dropUnsynced(folder: string, journal: string): Promise<number> {
  const synced = new Map(journal.split('\n').map((line) => line.split(' ') as [string, string | undefined]))
  let dropped = 0
  for (const name of await readdir(folder)) {
    const file = join(folder, name)
    const { ino, size } = await stat(file)
    const kept = Math.min(size, Number(synced.get(String(ino)) ?? 0))
    if (kept < size) await truncateToDisk(file, kept)
    dropped += size - kept
  }
  return dropped
}

async function truncateToDisk(file: string, size: number): Promise<void> {
  await truncate(file, size)
  const handle = await open(file)
  await handle.sync()
  await handle.close()
}
