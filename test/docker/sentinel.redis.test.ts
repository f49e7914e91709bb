import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedisUrl } from '@seatkeeper/service'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { root } from '../command.ts'
import { startChild, type Child } from '../e2e/child.ts'
import { freePort } from '../e2e/free-port.ts'
import { until } from '../e2e/until.ts'
import { localServers, type LocalServer, type LocalServers, type ServerSpec } from './sentinel-servers.ts'

interface Service extends ServerSpec {
  readonly image: string
  readonly depends_on?: Readonly<Record<string, object>>
}

const password = 'fedcba9876543210'
const read = (name: string) => readFileSync(join(root, 'docker', name), 'utf8')
/** Compose fills in what is between the braces after the YAML is read; before that, nothing at all would be null. */
const withDefaults = (text: string) =>
  text.replaceAll(/\$\{\w+:-([^}]*)\}/g, (_, otherwise: string) => (otherwise === '' ? "''" : otherwise))
const filled = (name: string) => withDefaults(read(name)).replaceAll(/\$\{REDIS_PASSWORD:\?[^}]*\}/g, password)
const servicesOf = (name: string) =>
  (parse(filled(name), { merge: true }) as { services: Readonly<Record<string, Service>> }).services
const base = servicesOf('compose.yaml')
const services = servicesOf('compose.sentinel.yaml')
const named = (pattern: RegExp) => Object.entries(services).filter(([name]) => pattern.test(name))
const apps = named(/^(?!redis|sentinel)/)

describe('compose.sentinel.yaml', () => {
  it('sends every app of compose.yaml to Sentinels that it starts', () => {
    const { redis: _redis, ...those } = base
    expect(apps.map(([name]) => name)).toEqual(Object.keys(those))
    const sentinels = named(/^sentinel/).map(([name]) => name)
    const hosts = sentinels.map((name) => `${name}:26379`).join(',')
    for (const [, { environment, depends_on: waitsFor }] of apps) {
      expect(RedisUrl.parse(environment?.['REDIS_URL'])).toBe(`redis+sentinel://:${password}@${hosts}/seats`)
      expect(Object.keys(waitsFor ?? {})).toEqual(sentinels)
    }
  })

  it('runs the Redis of compose.yaml three times, with no more rights', () => {
    const { image, user, read_only, cap_drop, security_opt, networks, healthcheck } = base['redis'] as Service &
      Readonly<Record<string, unknown>>
    const same = { image, user, read_only, cap_drop, security_opt, networks }
    for (const [, service] of named(/^redis-/)) expect(service).toMatchObject({ ...same, healthcheck })
    for (const [, service] of named(/^sentinel/)) expect(service).toMatchObject(same)
    expect(named(/^redis/).map(([, { environment }]) => environment?.['NAME'])).toEqual(['redis', 'redis-2', 'redis-3'])
  })

  it('asks for no variable that compose.yaml does not ask for', () => {
    const asked = new Set([...read('compose.sentinel.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
    expect([...asked]).toEqual(['REDIS_PASSWORD'])
  })
})

describe('what compose.sentinel.yaml starts', () => {
  let folder: string
  let local: LocalServers
  let worker: Child | undefined
  let health: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seatkeeper-compose-'))
    const names = named(/^(redis|sentinel)/).map(([name]) => name)
    const specs = names.map((name) => [name, inBothFiles(name)] as const)
    local = await localServers(Object.fromEntries(specs), { folder, password })
    for (const name of names) await local.server(name).start()
  }, 120_000)
  afterAll(async () => {
    worker?.signal('SIGKILL')
    await worker?.ended
    await local.kill()
    await rm(folder, { recursive: true, force: true })
  })

  const isReady = () =>
    fetch(`${health}/ready`).then(
      ({ ok }) => ok,
      () => false,
    )

  async function primary(): Promise<LocalServer> {
    const [, port] = (await local.server('sentinel-1').call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'seats')).split(',')
    const found = named(/^redis/).map(([name]) => local.server(name))
    return found.find((server) => `${server.port}` === port) ?? Promise.reject(new Error(`nobody is at ${port}`))
  }

  it('keeps what it confirms, on all three', async () => {
    await until('both follow', async () => (await followersOf(local.server('redis'))) === 2)
    for (const [name] of named(/^redis/)) {
      const info = await local.server(name).call('CONFIG', 'GET', 'app*')
      expect([name, info]).toEqual([name, expect.stringMatching(/appendonly,yes/)])
      expect(info).toMatch(/appendfsync,always/)
    }
  }, 60_000)

  it('lets a worker of compose.yaml get ready, also on the one that takes over', async () => {
    const [, script = ''] = /(apps\/.*)/.exec(base['enroll-worker']?.command.at(2) ?? '') ?? []
    const port = await freePort()
    health = `http://127.0.0.1:${port}`
    const { environment } = inBothFiles('enroll-worker')
    worker = startChild({
      script: script.replace('/dist/', '/src/').replace(/\.js$/, '.ts'),
      args: base['enroll-worker']?.command.slice(3) ?? [],
      env: {
        ...environment,
        REDIS_URL: local.localised(environment?.['REDIS_URL'] ?? ''),
        SEATKEEPER_CONFIG: join(root, 'docker/seatkeeper.example.yaml'),
        HOST: '127.0.0.1',
        HEALTH_PORT: `${port}`,
        LOG_LEVEL: 'info',
        LMS_CLIENT_ID: 'id',
        LMS_CLIENT_SECRET: 'secret',
      },
    })
    const child = worker
    const explain = () => child.stdout() + child.stderr()
    await until('the worker is ready', isReady, { withinMs: 120_000, explain })
    const first = await primary()
    await first.kill()
    await until(
      'another took over',
      async () => (await primary()) !== first && (await followersOf(await primary())) > 0,
    )
    await until('the worker is ready again', isReady, { explain })
    expect(child.hasEnded()).toBe(false)
  }, 240_000)

  it('leaves the one that took over the primary when it restarts', async () => {
    const now = await primary()
    expect(now).not.toBe(local.server('redis'))
    const sentinels = named(/^sentinel/).map(([name]) => local.server(name))
    await Promise.all([now, ...sentinels].map((server) => server.kill()))
    await now.start()
    expect(await now.call('INFO', 'replication')).toContain('role:master')
    for (const server of [...sentinels, local.server('redis')]) await server.start()
    expect(await primary()).toBe(now)
    await until('all follow it', async () => (await followersOf(now)) === 2)
  }, 120_000)
})

/** Compose gives a service of both files the settings of both. */
function inBothFiles(name: string): ServerSpec {
  const { command = [], environment } = services[name] ?? {}
  const both = { ...base[name]?.environment, ...environment }
  return Object.keys(both).length === 0 ? { command } : { command, environment: both }
}

/** Replicas that follow a primary closely; none where it is none. */
async function followersOf(server: LocalServer): Promise<number> {
  const info = await server.call('INFO', 'replication').catch(() => '')
  return info.includes('role:master') ? Number(/min_slaves_good_slaves:(\d)/.exec(info)?.[1]) : 0
}
