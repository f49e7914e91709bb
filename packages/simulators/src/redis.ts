import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findRedis, sayOnStderr, type RedisBinary, type Say } from './redis-binary.ts'
import { endWithUs } from './watchdog.ts'

/** A private Redis that keeps what it confirmed: AOF with `appendfsync always`, no eviction, on a unix socket. */
export interface EmbeddedRedis {
  /** What ioredis connects to: the path of the unix socket. */
  readonly url: string
  readonly pid: () => number
  /** SIGKILL, as a crash would; resolves when the process is gone. The data stays. */
  kill(): Promise<void>
  /** Starts again on the same data and socket; resolves when it answers. */
  restart(): Promise<void>
  /** Orderly end; removes the data if the folder was ours. */
  stop(): Promise<void>
}

export interface EmbeddedRedisOptions {
  /** Keeps the data for a later start; made if missing. Without it, a folder of its own that goes with the Redis. */
  readonly directory?: string
  /** A file of settings that arguments cannot give, as Sentinel wants. */
  readonly configFile?: string
  /** Further arguments for redis-server; they win over ours. */
  readonly arguments?: readonly string[]
  /** Variables for redis-server, besides ours. */
  readonly environment?: NodeJS.ProcessEnv
  /** Hears of a download, should one be needed. */
  readonly say?: Say
}

/**
 * Starts a private Redis; it never outlives this process, however that ends.
 *
 * @throws Error if there is no Redis to be had, or if another one already serves `directory`.
 */
export async function startRedis(options: EmbeddedRedisOptions = {}): Promise<EmbeddedRedis> {
  const found = await findRedis(options.say ?? sayOnStderr)
  const binary = { ...found, environment: { ...found.environment, ...options.environment } }
  const directory = resolve(options.directory ?? (await mkdtemp(join(tmpdir(), 'seatkeeper-redis-'))))
  await mkdir(directory, { recursive: true })
  const place: Place = { directory, socket: socketFor(directory), isOurs: options.directory === undefined }
  if (await answers(place.socket)) throw new Error(`Another Redis already serves ${directory}; stop it first`)
  const extra = { configFile: options.configFile, settings: options.arguments ?? [] }
  const start = () => launch(binary, place, extra)
  let child = await start()
  return {
    url: place.socket,
    pid: () => child.pid ?? 0,
    kill: () => end(child, 'SIGKILL'),
    restart: async () => {
      await end(child, 'SIGTERM')
      child = await start()
    },
    stop: async () => {
      await end(child, 'SIGTERM')
      if (place.isOurs) await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Where one Redis keeps its things. */
interface Place {
  readonly directory: string
  readonly socket: string
  /** Whether the folder goes with the Redis. */
  readonly isOurs: boolean
}

/** Beside the data where the path fits: the kernel takes 108 bytes (macOS 104). Else the same short name each time. */
function socketFor(directory: string): string {
  const beside = join(directory, 'redis.sock')
  if (Buffer.byteLength(beside) < 100) return beside
  return `/tmp/seatkeeper-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}.sock`
}

interface Extra {
  readonly configFile: string | undefined
  readonly settings: readonly string[]
}

async function launch(binary: RedisBinary, place: Place, extra: Extra): Promise<ChildProcess> {
  const { command, environment } = binary
  const file = extra.configFile === undefined ? [] : [extra.configFile]
  // Detached: Ctrl-C is for the application, which ends its Redis last.
  const child = spawn(command, [...file, ...settings(place), ...extra.settings], {
    stdio: 'ignore',
    detached: true,
    env: environment,
  })
  await once(child, 'spawn')
  endWithUs(child, place.isOurs ? place.directory : undefined)
  const deadline = Date.now() + 30_000
  while (!(await answers(place.socket))) {
    if (hasEnded(child)) throw new Error(`redis-server ended at once: ${await lastWords(place)}`)
    if (Date.now() > deadline) throw new Error(`redis-server did not answer within 30 s: ${await lastWords(place)}`)
    await new Promise((wake) => setTimeout(wake, 10))
  }
  return child
}

function settings({ directory, socket }: Place): readonly string[] {
  const values = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: directory,
    logfile: join(directory, 'redis.log'),
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
  }
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value])
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const gone = once(child, 'exit')
  child.ref()
  child.kill(signal)
  await gone
}

async function lastWords({ directory }: Place): Promise<string> {
  const log = await readFile(join(directory, 'redis.log'), 'utf8').catch(() => `nothing was logged in ${directory}`)
  return log.trim().split('\n').slice(-3).join(' / ')
}

/** True once PING is answered with PONG, so that loading is over. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolveAnswer) => {
    const connection = createConnection(socket)
    connection.setTimeout(500, () => connection.destroy())
    connection.once('connect', () => connection.write('PING\r\n'))
    connection.once('data', (answer) => {
      resolveAnswer(answer.toString().startsWith('+PONG'))
      connection.destroy()
    })
    connection.once('error', () => resolveAnswer(false))
    connection.once('close', () => resolveAnswer(false))
  })
}
