import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unpackDebianRedis } from './redis-debian.ts'

/** Hears, in one plain sentence each, of what takes a while. */
export type Say = (sentence: string) => void

export const sayOnStderr: Say = (sentence) => void process.stderr.write(`${sentence}\n`)

/** A Redis or Valkey server that was seen to run here. */
export interface RedisBinary {
  readonly command: string
  /** What it must be started with; names the folders of its libraries if it is a private copy. */
  readonly environment: NodeJS.ProcessEnv
  readonly version: string
}

/**
 * Finds a Redis to run: `valkey-server` or `redis-server` from PATH, else a private copy in the cache folder, which on
 * Debian and Ubuntu is downloaded with apt. Nothing is installed, and no file outside the cache folder is touched.
 *
 * @param environment PATH, XDG_CACHE_HOME and HOME are read from it.
 * @throws Error whose message is one sentence that says what to install.
 */
export async function findRedis(say: Say, environment = process.env): Promise<RedisBinary> {
  const home = environment['HOME'] ?? homedir()
  const cache = join(environment['XDG_CACHE_HOME'] || join(home, '.cache'), 'seatkeeper')
  const found =
    (await askVersion('valkey-server', environment)) ??
    (await askVersion('redis-server', environment)) ??
    (await cachedCopy(cache, environment)) ??
    (await downloadedCopy(cache, say, environment))
  if (found === undefined) throw new Error(whatToInstall)
  return found
}

const whatToInstall =
  'There is no Redis here: install one (Debian, Ubuntu: sudo apt-get install redis-server; macOS: brew install redis), ' +
  'or run one (docker run --rm -p 6379:6379 redis:7) and set REDIS_URL=redis://127.0.0.1:6379.'

async function askVersion(command: string, environment: NodeJS.ProcessEnv): Promise<RedisBinary | undefined> {
  const answer = await promisify(execFile)(command, ['--version'], { env: environment, timeout: 10_000 }).catch(
    () => undefined,
  )
  const version = / v=(\S+)/.exec(answer?.stdout ?? '')?.[1]
  return version === undefined ? undefined : { command, environment, version }
}

async function cachedCopy(cache: string, environment: NodeJS.ProcessEnv): Promise<RedisBinary | undefined> {
  const names = await readdir(cache).catch(() => [])
  for (const name of names.filter((each) => each.startsWith('redis-'))) {
    const copy = await askCopy(join(cache, name), environment)
    if (copy !== undefined) return copy
  }
  return undefined
}

async function downloadedCopy(cache: string, say: Say, environment: NodeJS.ProcessEnv) {
  await mkdir(cache, { recursive: true })
  try {
    const folder = await unpackDebianRedis({
      cache,
      say,
      environment,
      versionOf: async (root) => (await askCopy(root, environment))?.version,
    })
    return folder === undefined ? undefined : await askCopy(folder, environment)
  } catch (cause) {
    throw new Error(`${whatToInstall} (A private copy could not be made: ${firstLine(cause)})`, { cause })
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.trim().split('\n').at(-1) ?? ''
}

/** A copy runs with the libraries unpacked beside it, before those of the system. */
async function askCopy(root: string, environment: NodeJS.ProcessEnv): Promise<RedisBinary | undefined> {
  const files = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  const folders = files.filter(({ name }) => /\.so(\.|$)/.test(name)).map(({ parentPath }) => parentPath)
  const libraries = [...new Set(folders), environment['LD_LIBRARY_PATH']].filter(Boolean).join(':')
  const withLibraries = libraries === '' ? environment : { ...environment, LD_LIBRARY_PATH: libraries }
  return askVersion(join(root, 'usr/bin/redis-server'), withLibraries)
}
