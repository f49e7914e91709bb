import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findRedis } from './redis-binary.ts'

const isDebian = spawnSync('dpkg-deb', ['--version']).status === 0 && existsSync('/usr/bin/redis-server')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seatkeeper-apt-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('findRedis', () => {
  it('takes the one on PATH without a word', async () => {
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'redis-server'), '#!/bin/sh\necho "Redis server v=7.2.7 sha=00000000:0"\n', { mode: 0o755 })
    const said: string[] = []
    const redis = await findRedis((sentence) => said.push(sentence), { PATH: bin, HOME: folder })
    expect(redis).toMatchObject({ command: 'redis-server', version: '7.2.7' })
    expect(said).toEqual([])
  })

  it('says in one sentence what to install where there is neither Redis nor apt', async () => {
    await expect(findRedis(() => {}, { PATH: folder, HOME: folder })).rejects.toThrow(
      /^There is no Redis here: install one \(Debian, Ubuntu: sudo apt-get .*brew .*docker .*REDIS_URL=/,
    )
  })
})

/** A Debian whose only source is a folder of ours, with nothing installed and no package lists. */
function aDebian(name: string): NodeJS.ProcessEnv {
  const home = join(folder, name)
  const own = { bin: join(home, 'bin'), lists: join(home, 'lists') }
  for (const path of Object.values(own)) mkdirSync(path, { recursive: true })
  linkAllButRedis(own.bin)
  writeFileSync(join(home, 'status'), '')
  writeFileSync(join(home, 'sources'), `deb [trusted=yes] file:${join(folder, 'shop')} ./\n`)
  writeFileSync(
    join(home, 'apt.conf'),
    `Dir::State::status "${home}/status"; Dir::State::lists "${own.lists}";
     Dir::Etc::sourcelist "${home}/sources"; Dir::Etc::sourceparts "${home}/none"; Acquire::Languages "none";`,
  )
  return { PATH: own.bin, HOME: home, APT_CONFIG: join(home, 'apt.conf') }
}

const onDebian = isDebian ? describe : describe.skip

onDebian('findRedis on Debian, without a Redis on PATH', () => {
  beforeAll(() => {
    const shop = join(folder, 'shop')
    mkdirSync(shop)
    const server = realpathSync('/usr/bin/redis-server')
    const packages = [
      pack(shop, 'redis-server', 'redis-tools', (bin) => symlinkSync('redis-check-rdb', join(bin, 'redis-server'))),
      pack(shop, 'redis-tools', 'libshelf1', (bin) => copyFileSync(server, join(bin, 'redis-check-rdb'))),
      pack(shop, 'libshelf1', '', (bin) => writeFileSync(join(bin, 'libshelf.so.1'), '')),
    ]
    writeFileSync(join(shop, 'Packages'), packages.join('\n'))
  })

  it('unpacks a private copy with its libraries, says so, and finds it the next time', async () => {
    const said: string[] = []
    const environment = aDebian('alone')
    const redis = await findRedis((sentence) => said.push(sentence), environment)
    const copy = join(folder, 'alone/.cache/seatkeeper', `redis-${redis.version}`)
    expect(redis.command).toBe(join(copy, 'usr/bin/redis-server'))
    expect(redis.environment['LD_LIBRARY_PATH']).toBe(join(copy, 'usr/bin'))
    expect(said).toEqual([expect.stringContaining('private copy'), expect.stringContaining('package lists')])
    expect(readdirSync(join(folder, 'alone/lists'))).toEqual([])

    expect(await findRedis((sentence) => said.push(sentence), environment)).toEqual(redis)
    expect(said).toHaveLength(2)
  })

  it('gives several at once the same copy', async () => {
    const environment = aDebian('crowd')
    const found = await Promise.all([1, 2, 3].map(() => findRedis(() => {}, environment)))
    expect(new Set(found.map(({ command }) => command)).size).toBe(1)
    expect(readdirSync(join(folder, 'crowd/.cache/seatkeeper'))).toHaveLength(1)
  })

  it('says what to install, and what apt said, when nothing can be downloaded', async () => {
    const environment = aDebian('offline')
    writeFileSync(join(folder, 'offline/sources'), `deb [trusted=yes] file:${folder}/nowhere ./\n`)
    await expect(findRedis(() => {}, environment)).rejects.toThrow(/^There is no Redis here: .*could not be made: E: /)
    expect(readdirSync(join(folder, 'offline/.cache/seatkeeper'))).toEqual([])
  })
})

function linkAllButRedis(bin: string): void {
  for (const name of readdirSync('/usr/bin')) {
    if (!/^(?:redis|valkey)-/.test(name)) symlinkSync(join('/usr/bin', name), join(bin, name))
  }
}

/** Builds a package and returns its entry in the list. */
function pack(shop: string, name: string, depends: string, fill: (bin: string) => void): string {
  const root = join(shop, `${name}.root`)
  const bin = join(root, 'usr/bin')
  mkdirSync(bin, { recursive: true })
  mkdirSync(join(root, 'DEBIAN'))
  fill(bin)
  const control = [`Package: ${name}`, 'Version: 1.0', 'Architecture: all', 'Maintainer: nobody <n@example.org>']
  const fields = [...control, 'Description: for a test', ...(depends ? [`Depends: ${depends}`] : [])].join('\n')
  writeFileSync(join(root, 'DEBIAN/control'), `${fields}\n`)
  const file = `${name}_1.0_all.deb`
  execFileSync('dpkg-deb', ['--build', '-Znone', root, join(shop, file)], { stdio: 'ignore' })
  const bytes = readFileSync(join(shop, file))
  const hash = createHash('sha256').update(bytes).digest('hex')
  return `${fields}\nFilename: ./${file}\nSize: ${bytes.length}\nSHA256: ${hash}\n`
}
