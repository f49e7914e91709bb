import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Say } from './redis-binary.ts'

export interface DebianCopy {
  /** Exists; nothing outside of it is written. */
  readonly cache: string
  readonly say: Say
  readonly environment: NodeJS.ProcessEnv
  /** The version of an unpacked copy, or undefined if it does not run. */
  readonly versionOf: (root: string) => Promise<string | undefined>
}

/**
 * Downloads Debian's or Ubuntu's Redis, with those of its dependencies that are not installed, and unpacks them to
 * `<cache>/redis-<version>`. Needs no root, runs no package script, and may run several times at once.
 *
 * @returns the folder, or undefined where there is no apt.
 * @throws Error if apt cannot download, or if what it gave does not run.
 */
export async function unpackDebianRedis({ cache, say, environment, versionOf }: DebianCopy) {
  const tools = commandsIn(environment)
  if (!(await tools.exist())) return undefined
  say(`No Redis is installed, so a private copy is unpacked into ${cache} (once, about 2 MB).`)
  const workshop = await mkdtemp(join(cache, 'unpacking-'))
  try {
    const apt = await openApt(workshop, tools.run, say)
    const root = join(workshop, 'root')
    await apt.download(await apt.packagesToUnpack(), root)
    const version = await versionOf(root)
    if (version === undefined) throw new Error('the downloaded redis-server does not run on this machine')
    return await keep(root, join(cache, `redis-${version}`))
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}

type Run = (command: string, parameters: readonly string[], cwd?: string) => Promise<string>

function commandsIn(environment: NodeJS.ProcessEnv) {
  const run: Run = async (command, parameters, cwd) => {
    const env = { ...environment, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
    const { stdout } = await promisify(execFile)(command, parameters, {
      env,
      cwd,
      timeout: 300_000,
      maxBuffer: 2 ** 26,
    })
    return stdout
  }
  const answers = (command: string) => run(command, ['--version']).then(Boolean, () => false)
  const exist = async () =>
    (await Promise.all(['apt-get', 'apt-cache', 'dpkg'].map(answers))).every((answered) => answered)
  return { run, exist }
}

/** apt with its caches in `workshop`; its package lists too, if the system has none. */
async function openApt(workshop: string, run: Run, say: Say) {
  const state = join(workshop, 'state')
  const archives = join(workshop, 'archives')
  await Promise.all([join(state, 'lists/partial'), join(workshop, 'cache/archives/partial'), archives].map(makeFolder))
  const own = [`Dir::Cache=${join(workshop, 'cache')}`, `Dir::Log=${workshop}`, 'APT::Sandbox::User=root']
  const ownCache = own.flatMap((setting) => ['-o', setting])
  const ownLists = [...ownCache, '-o', `Dir::State=${state}`, '-o', `Dir::State::lists=${join(state, 'lists')}`]
  const knowRedis = async (options: readonly string[]) =>
    /^Filename:/m.test(await run('apt-cache', [...options, 'show', 'redis-server']).catch(() => ''))

  const options = (await knowRedis(ownCache)) ? ownCache : ownLists
  if (options === ownLists) {
    say('apt has no package lists here, so they are fetched for this once.')
    await run('apt-get', [...ownLists, 'update'])
  }
  return {
    /** redis-tools holds the program that redis-server only points to; the rest is what apt would install with them. */
    packagesToUnpack: async () => {
      const plan = await run('apt-get', [
        ...options,
        '--simulate',
        '--no-install-recommends',
        'install',
        'redis-server',
      ])
      const missing = [...plan.matchAll(/^Inst (\S+) \(/gm)].map(([, name]) => name ?? '')
      return [...new Set(['redis-server', 'redis-tools', ...missing])]
    },
    download: async (names: readonly string[], root: string) => {
      await run('apt-get', [...options, 'download', ...names], archives)
      for (const name of await readdir(archives)) await run('dpkg', ['-x', join(archives, name), root])
    },
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
}

/** The first of several at once wins; the others take its copy. */
async function keep(root: string, place: string): Promise<string> {
  await rename(root, place).catch(async (refusal: unknown) => {
    await access(place).catch(() => {
      throw refusal
    })
  })
  return place
}
