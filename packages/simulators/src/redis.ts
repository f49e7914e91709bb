import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'node:net'

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

/** Starts a private Redis; `directory` keeps its data for a later start, else a folder of its own that goes with it. */
export async function startRedis(
  options: { readonly directory?: string; readonly arguments?: readonly string[] } = {},
): Promise<EmbeddedRedis> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'seatkeeper-redis-')))
  const socket = join(directory, 'redis.sock')
  let child = await launch(directory, socket, options.arguments ?? [])
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return {
    url: socket,
    pid: () => child.pid ?? 0,
    kill: () => end('SIGKILL'),
    restart: async () => {
      child = await launch(directory, socket, options.arguments ?? [])
    },
    stop: async () => {
      await end('SIGTERM')
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true })
    },
  }
}

async function launch(directory: string, socket: string, extra: readonly string[]): Promise<ChildProcess> {
  const settings = [
    '--port',
    '0',
    '--unixsocket',
    socket,
    '--unixsocketperm',
    '700',
    '--dir',
    directory,
    '--appendonly',
    'yes',
  ]
  const safety = ['--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction']
  const child = spawn('redis-server', [...settings, ...safety, ...extra], { stdio: 'ignore' })
  await once(child, 'spawn')
  const deadline = Date.now() + 30_000
  while (!(await answers(socket))) {
    if (child.exitCode !== null)
      throw new Error(`redis-server ended at once with ${child.exitCode}; its folder is ${directory}`)
    if (Date.now() > deadline) throw new Error('redis-server did not answer within 30 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return child
}

/** True once PING is answered with PONG, so that loading is over. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket)
    connection.setTimeout(500, () => connection.destroy())
    connection.once('connect', () => connection.write('PING\r\n'))
    connection.once('data', (answer) => {
      resolve(answer.toString().startsWith('+PONG'))
      connection.destroy()
    })
    connection.once('error', () => resolve(false))
    connection.once('close', () => resolve(false))
  })
}
