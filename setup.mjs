/**
 * Runs a TypeScript file of this workspace, after installing what it needs: `node setup.mjs [script.ts arguments…]`.
 *
 * Plain Node 20, no dependencies, so that it works on a machine that has nothing but Node and npm. The first run installs
 * with the pinned pnpm and leaves a stamp; a later run finds the stamp and starts at once. Scripts run on the pinned
 * Node, which comes with the dependencies on Linux (x64 and arm64, glibc); elsewhere on the host's, if it is new enough.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.seatkeeper-setup')
const lock = join(modules, '.seatkeeper-setup.lock')
const pinnedNode = join(modules, '.bin/node')
const nodeFlags = ['--conditions=@seatkeeper/source', '--disable-warning=ExperimentalWarning']

/** What the reader can mend; one sentence that says how. */
class NotReady extends Error {}

const say = (sentence) => process.stderr.write(`${sentence}\n`)

/** What is wanted here: it changes with the lockfile, the workspace file and the platform. */
function wantedStamp() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`)
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

/** The stamp names the Node that was seen to run here, so that a later run need not try it again. */
function readStamp() {
  const [hash, node] = read(stamp)?.split('\n') ?? []
  return hash === wantedStamp() ? { node } : undefined
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

async function setUp() {
  await takeLock()
  try {
    if (readStamp()) return
    await install()
    const node = spawnSync(pinnedNode, ['--version']).status === 0 ? 'pinned' : 'host'
    writeFileSync(stamp, `${wantedStamp()}\n${node}\n`)
  } finally {
    rmSync(lock, { recursive: true, force: true })
    for (const name of readdirSync(modules).filter((each) => each.startsWith(`${basename(lock)}.dead-`))) {
      rmSync(join(modules, name), { recursive: true, force: true })
    }
  }
}

/**
 * Waits until no other set-up runs in this checkout. The lock is a folder that appears with its owner inside, by a rename.
 * A dead owner's is moved aside to a name made of that owner, so of several who notice only one can move it.
 */
async function takeLock() {
  const me = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`
  const mine = `${lock}.${me}`
  let waiting = false
  for (;;) {
    mkdirSync(mine, { recursive: true })
    writeFileSync(join(mine, 'owner'), me)
    if (moved(mine, lock)) return
    const owner = read(join(lock, 'owner'))
    if (owner && isStale(owner)) moved(lock, `${lock}.dead-${owner}`)
    else if (owner && !waiting) say(`Another set-up is at work in this checkout (${owner}); waiting for it.`)
    waiting = true
    await new Promise((wake) => setTimeout(wake, 100))
  }
}

function moved(from, to) {
  try {
    renameSync(from, to)
    return true
  } catch {
    return false
  }
}

/** Its process is gone, or it is of another machine or pid namespace and older than any set-up takes. */
function isStale(owner) {
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
  if (age > 20 * 60_000) return true
  const [, pid] = owner.startsWith(`${hostname()}-`) ? owner.slice(hostname().length).split('-').map(Number) : []
  return pid !== undefined && (pid === process.pid || !isAlive(pid))
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

async function install() {
  const version = /^ {2}pnpm: (\S+)$/m.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))?.[1]
  say(`Installing the dependencies into node_modules with pnpm ${version} (once, about 130 MB to download).`)
  // Who runs this file trusts this checkout, its lockfile included; CI asks the registry about each entry's age as well.
  const trust = process.env.CI ? [] : ['--trust-lockfile']
  const command = ['-y', `pnpm@${version}`, 'install', '--frozen-lockfile', '--reporter=append-only', ...trust]
  const { code, output } = await runCompactly('npx', command)
  if (code === 0) return
  if (code === 'ENOENT') {
    throw new NotReady('There is no npx here: install npm (it comes with Node from nodejs.org), then run this again.')
  }
  say(output)
  if (output.includes('ERR_PNPM_OUTDATED_LOCKFILE')) {
    throw new NotReady(
      `A package.json was changed without the lockfile: run npx pnpm@${version} install, then this again.`,
    )
  }
  throw new NotReady(
    'The dependencies could not be installed, see above: check that this machine reaches its npm registry ' +
      '(npm ping), then run this again.',
  )
}

/** Shows what tells of progress; keeps all for the case of failure. */
function runCompactly(command, parameters) {
  const child = spawn(command, parameters, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  let output = ''
  const hear = (chunk) => {
    output += chunk
    for (const line of String(chunk).split('\n')) if (/^(Progress|Done)/.test(line)) say(`  ${line}`)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  return new Promise((answer) => {
    child.once('error', (error) => answer({ code: error.code, output }))
    child.once('close', (code) => answer({ code, output }))
  })
}

/** The Node to run scripts with. */
function nodeFor({ node }) {
  if (node === 'pinned') return pinnedNode
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 20)) return process.execPath
  throw new NotReady(
    `This machine needs Node 22.20 or newer, as there is no pinned one for it; this is ${process.version}.`,
  )
}

/** The child has our terminal and decides our end: its exit code, or the signal that ended it. */
function run(node, [script, ...rest]) {
  const child = spawn(node, [...nodeFlags, resolve(root, script), ...rest], { stdio: 'inherit' })
  child.once('error', (error) =>
    tell(new NotReady(`${node} does not start (${error.code}): remove node_modules, run this again.`)),
  )
  // Ctrl-C reaches the child by itself, and twice would mean "at once".
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

async function main(parameters) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new NotReady(`Node 20 or newer is needed; this is ${process.version}.`)
  }
  if (!readStamp()) await setUp()
  const node = nodeFor(readStamp() ?? { node: 'host' })
  if (parameters.length > 0) run(node, parameters)
}

function tell(error) {
  console.error(error instanceof NotReady ? error.message : error)
  process.exit(1)
}

await main(process.argv.slice(2)).catch(tell)
