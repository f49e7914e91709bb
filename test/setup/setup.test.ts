import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'

const setup = fileURLToPath(new URL('../../setup.mjs', import.meta.url))
let checkout: string

/** A checkout of its own, and an npx that notes its runs and leaves what an install leaves; the network is not asked. */
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'seatkeeper-setup-'))
  mkdirSync(join(checkout, 'bin'))
  copyFileSync(setup, join(checkout, 'setup.mjs'))
  write('pnpm-workspace.yaml', 'catalog:\n  pnpm: 1.2.3\n')
  write('pnpm-lock.yaml', 'lockfileVersion: 9\n')
  write('echo.ts', 'const words: string[] = process.argv.slice(2)\nconsole.log(...words)\nprocess.exitCode = 7\n')
  writeNpx('sleep 0.3; mkdir -p node_modules/.bin; ln -sf "$NODE" node_modules/.bin/node; echo "Done in 1s"')
})

afterEach(() => rmSync(checkout, { recursive: true, force: true }))

describe('setup.mjs', () => {
  it('installs with the pinned pnpm, then runs the script and ends with its exit code', () => {
    const { status, stdout, stderr } = run('echo.ts', 'a', '-b')
    expect({ status, stdout }).toEqual({ status: 7, stdout: 'a -b\n' })
    expect(stderr).toMatch(/^Installing .* with pnpm 1\.2\.3 /)
    expect(installs()).toEqual([expect.stringMatching(/^-y pnpm@1\.2\.3 install --frozen-lockfile /)])
  })

  it('installs once, and again after the lockfile changed', () => {
    run()
    expect(run('echo.ts').stderr).toBe('')
    expect(installs()).toHaveLength(1)
    write('pnpm-lock.yaml', 'lockfileVersion: 9\n# changed\n')
    run()
    expect(installs()).toHaveLength(2)
  })

  it('installs once when several start at the same time', async () => {
    const runs = [1, 2, 3].map(() => start('echo.ts', 'here'))
    const codes = await Promise.all(runs.map(async (child) => (await once(child, 'exit'))[0] as unknown))
    expect(codes).toEqual([7, 7, 7])
    expect(installs()).toHaveLength(1)
  })

  it('takes over from a set-up that was killed', () => {
    const gone = spawnSync('true').pid
    write(`node_modules/.seatkeeper-setup.lock/owner`, `${hostname()}-${gone}-0a1b2c3d`)
    expect(run('echo.ts').status).toBe(7)
  })

  it('waits for a set-up that is alive', async () => {
    write(`node_modules/.seatkeeper-setup.lock/owner`, `${hostname()}-${process.ppid}-0a1b2c3d`)
    const child = start('echo.ts')
    const [words] = (await once(child.stderr, 'data')) as [Buffer]
    expect(String(words)).toContain('Another set-up is at work')
    rmSync(join(checkout, 'node_modules/.seatkeeper-setup.lock'), { recursive: true })
    expect(await once(child, 'exit')).toEqual([7, null])
  })

  it('says in one sentence what to do when the registry cannot be reached', () => {
    writeNpx('echo ERR_PNPM_META_FETCH_FAIL >&2; exit 1')
    const { status, stderr } = run('echo.ts')
    expect(status).toBe(1)
    expect(stderr).toContain('ERR_PNPM_META_FETCH_FAIL')
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^The dependencies could not be installed.*npm ping/)
  })

  it('says in one sentence that the lockfile is behind', () => {
    writeNpx('echo ERR_PNPM_OUTDATED_LOCKFILE; exit 1')
    expect(run('echo.ts').stderr).toMatch(
      /A package\.json was changed without the lockfile: run npx pnpm@1\.2\.3 install/,
    )
  })

  it('says in one sentence that npx is missing', () => {
    rmSync(join(checkout, 'bin/npx'))
    const { status, stderr } = run('echo.ts', { path: join(checkout, 'bin') })
    expect(status).toBe(1)
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^There is no npx here: install npm/)
  })

  it('uses the Node it was started with where the pinned one does not run', () => {
    writeNpx(
      'mkdir -p node_modules/.bin; echo "#!/bin/false" > node_modules/.bin/node; chmod +x node_modules/.bin/node',
    )
    expect(run('echo.ts', 'host').stdout).toBe('host\n')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('hands %s on and lets the script decide how to end', async (signal) => {
    write(
      'patient.ts',
      `process.on('${signal}', () => process.exit(9)); setInterval(() => {}, 1000); console.log('up')`,
    )
    const child = start('patient.ts')
    await once(child.stdout, 'data')
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([9, null])
  })

  it('ends by the signal that ended the script', async () => {
    write('lost.ts', `process.kill(process.pid, 'SIGKILL')`)
    expect(await once(start('lost.ts'), 'exit')).toEqual([null, 'SIGKILL'])
  })
})

function write(name: string, text: string): void {
  const path = join(checkout, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

function writeNpx(script: string): void {
  write('bin/npx', `#!/bin/sh\necho "$@" >> installs.log\n${script}\n`)
  chmodSync(join(checkout, 'bin/npx'), 0o755)
}

function installs(): string[] {
  return readFileSync(join(checkout, 'installs.log'), 'utf8').trim().split('\n')
}

function environment(path = `${join(checkout, 'bin')}:/usr/local/bin:/usr/bin:/bin`) {
  return { PATH: path, NODE: process.execPath }
}

function run(...words: readonly (string | { readonly path: string })[]) {
  const path = words.find((word) => typeof word === 'object')?.path
  const parameters = ['setup.mjs', ...words.filter((word) => typeof word === 'string')]
  return spawnSync(process.execPath, parameters, { cwd: checkout, env: environment(path), encoding: 'utf8' })
}

function start(...words: readonly string[]) {
  return spawn(process.execPath, ['setup.mjs', ...words], { cwd: checkout, env: environment(), stdio: 'pipe' })
}
