import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { dieWithUs } from '../e2e/child.ts'
import { freePort } from '../e2e/free-port.ts'
import { until } from '../e2e/until.ts'

/** What compose starts in a container of Redis or Sentinel. */
export interface ServerSpec {
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** One of them on this machine instead, on a port and in a folder of its own. */
export interface LocalServer {
  readonly port: number
  /** Starts it, again if need be, and waits until it answers. */
  start(): Promise<void>
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>
  /** Asks it something. */
  call(command: string, ...words: readonly string[]): Promise<string>
}

/** Containers by name; on this machine all are `localhost`, each on another port. */
export interface LocalServers {
  server(name: string): LocalServer
  /** Their names and ports in an address of ours, replaced by those of this machine. */
  localised(text: string): string
  /** Ends them all. */
  kill(): Promise<void>
}

/** @param specs with all variables of compose filled in. @param password of the Redis servers; Sentinels have none. */
export async function localServers(
  specs: Readonly<Record<string, ServerSpec>>,
  { folder, password }: { readonly folder: string; readonly password: string },
): Promise<LocalServers> {
  const binary = await findRedis(() => undefined)
  const ports = new Map<string, number>()
  for (const name of Object.keys(specs)) ports.set(name, await freePort())
  const localised = (text: string) =>
    text.replace(/\b([a-z]+(?:-\d)?)([: ])2?6379\b/g, (all, name: string, between: string) =>
      ports.has(name) ? `localhost${between}${ports.get(name)}` : all,
    )
  const entries = Object.entries(specs).map(([name, spec]) => {
    const place = { folder: join(folder, name), port: ports.get(name) ?? 0 }
    const script = localised(spec.command.at(-1) ?? '')
      .replaceAll('$$', '$')
      .replaceAll('/data/', `${place.folder}/`)
      .replace('exec redis-server', `exec ${binary.command}`)
      .replace(/--port 2?6379/, `--port ${place.port} --bind 127.0.0.1 -::1`)
      .replace('--replica-announce-ip $NAME', '--replica-announce-ip localhost')
    const env = { ...binary.environment, ...spec.environment }
    const login = spec.environment === undefined ? {} : { password }
    return [name, createServer({ ...place, script, env, login })] as const
  })
  const servers = new Map(entries)
  const server = (name: string) => {
    const found = servers.get(name)
    if (found === undefined) throw new RangeError(`there is no server ${name}`)
    return found
  }
  return {
    server,
    localised,
    kill: async () => void (await Promise.all([...servers.values()].map((each) => each.kill()))),
  }
}

interface Place {
  readonly folder: string
  readonly port: number
  readonly script: string
  readonly env: NodeJS.ProcessEnv
  readonly login: { readonly password?: string }
}

function createServer({ folder, port, script, env, login }: Place): LocalServer {
  let child: ChildProcess | undefined
  const call = async (command: string, ...words: readonly string[]) => {
    const redis = new Redis({ port, ...login, retryStrategy: () => null, commandTimeout: 20_000 })
    redis.on('error', () => undefined)
    const answer = await redis.call(command, ...words).finally(() => redis.disconnect())
    return String(answer)
  }
  const answers = () =>
    call('PING').then(
      (answer) => answer === 'PONG',
      () => false,
    )
  return {
    port,
    call,
    start: async () => {
      await mkdir(folder, { recursive: true })
      const started = spawn('sh', ['-ec', script], { cwd: folder, env, stdio: 'ignore' })
      child = started
      dieWithUs(started.pid ?? 0, once(started, 'exit'))
      await until(`${folder} answers`, answers)
    },
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
