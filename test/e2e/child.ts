import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The root of the checkout, where our main files are found. */
const root = fileURLToPath(new URL('../..', import.meta.url))
const nodeFlags = ['--conditions=@seatkeeper/source', '--disable-warning=ExperimentalWarning']

/** What one of our main files is started with. */
export interface ChildStart {
  /** Below the root, such as `apps/cli/src/main.ts`. */
  readonly script: string
  readonly args?: readonly string[]
  /** All that it finds in its environment, besides PATH, HOME and where Node caches what it compiled. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where it runs; at the root unless given. */
  readonly folder?: string
}

/** How a process ended: with a code, or by a signal. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One of our processes. */
export interface Child {
  readonly pid: number
  /** What it wrote so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  readonly hasEnded: () => boolean
  /** Resolves when it is gone and all that it wrote is read. */
  readonly ended: Promise<Ending>
  signal(name: NodeJS.Signals): void
}

/** What a process came to that ended by itself. */
export interface Ended extends Ending {
  readonly stdout: string
  readonly stderr: string
}

/** Starts a main file on the Node that runs the tests. It dies with the tests, however they end. */
export function startChild({ script, args = [], env = {}, folder = root }: ChildStart): Child {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [...nodeFlags, `${root}/${script}`, ...args], {
    cwd: folder,
    env: { PATH, HOME, NODE_COMPILE_CACHE: `${root}/node_modules/.cache/e2e`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text))
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  if (child.pid === undefined) throw new Error(`${script} could not be started`)
  const pid = child.pid
  dieWithUs(pid, ended)
  return {
    pid,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    ended,
    signal: (name) => void child.kill(name),
  }
}

/** Runs a main file to its end; after `withinMs` it is killed. */
export async function runChild(start: ChildStart, withinMs = 60_000): Promise<Ended> {
  const child = startChild(start)
  const timer = setTimeout(() => child.signal('SIGKILL'), withinMs)
  const ending = await child.ended
  clearTimeout(timer)
  return { ...ending, stdout: child.stdout(), stderr: child.stderr() }
}

/** A shell that reads a pipe from us: when we are gone, frozen children included, it kills the one it watches. */
export function dieWithUs(pid: number, ended: Promise<unknown>): void {
  const dog = spawn('sh', ['-c', 'read -r _; kill -9 "$1"', 'watchdog', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const callOff = () => void dog.kill('SIGKILL')
  ended.then(callOff, callOff)
}
