import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The root of the checkout, where commands run. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** How a command ended. */
export interface Ended {
  readonly exitCode: number
  /** What it wrote, errors last; empty where it wrote to our own terminal. */
  readonly output: string
}

/** Runs a command at the root; a signal that ends it counts as exit code 1, one that reaches us is handed on. */
export async function run(
  command: string,
  parameters: readonly string[],
  stdio: 'pipe' | 'inherit' = 'pipe',
): Promise<Ended> {
  const child = spawn(command, parameters, { cwd: root, stdio: ['inherit', stdio, stdio] })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
  const handOn = (signal: NodeJS.Signals) => child.kill(signal)
  process.once('SIGINT', handOn).once('SIGTERM', handOn)
  const texts = [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : ''))
  const [exitCode, ...output] = await Promise.all([ended, ...texts])
  process.off('SIGINT', handOn).off('SIGTERM', handOn)
  return { exitCode, output: output.join('') }
}

/** Runs jest on this very Node. */
export function runJest(parameters: readonly string[], stdio: 'pipe' | 'inherit' = 'pipe'): Promise<Ended> {
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js']
  return run(process.execPath, [...node, ...parameters], stdio)
}
