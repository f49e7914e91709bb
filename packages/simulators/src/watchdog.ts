import { spawn, type ChildProcess } from 'node:child_process'

const script = 'read -r _; kill -9 "$1"; if [ -n "$2" ]; then rm -rf "$2"; fi'

/**
 * Sees to it that a child process dies with this one, even after a SIGKILL or a crash.
 *
 * A shell holds the reading end of a pipe from us: when we are gone, it reads the end of file, kills the child and
 * removes `folder`. When the child ends first, so does the shell. Neither keeps this process alive.
 */
export function endWithUs(child: ChildProcess, folder = ''): void {
  const dog = spawn('sh', ['-c', script, 'watchdog', String(child.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.once('exit', () => dog.kill('SIGKILL'))
  child.unref()
  dog.unref()
  if (dog.stdin && 'unref' in dog.stdin && typeof dog.stdin.unref === 'function') dog.stdin.unref()
}
