import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { runChild, startChild, type Child, type ChildStart } from './child.ts'
import { commandOf, type Kind } from './command-of.ts'
import { freePort } from './free-port.ts'
import { startSite, type Site } from './site.ts'
import { until } from './until.ts'

jest.setTimeout(120_000)

const mains = {
  ingress: 'apps/ingress/src/main.ts',
  worker: 'apps/worker/src/main.ts',
  dashboard: 'apps/dashboard/src/main.ts',
  cli: 'apps/cli/src/main.ts',
  all: 'apps/sandbox/src/main.ts',
  demo: 'apps/sandbox/src/demo/main.ts',
}
const nowhere = 'redis://127.0.0.1:1'
let site: Site
let squatter: Server
let taken: string

beforeAll(async () => {
  site = await startSite()
  squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  taken = String((squatter.address() as AddressInfo).port)
})

afterAll(async () => {
  squatter.close()
  await site.close()
})

describe('a process that cannot start', () => {
  it.each<[Kind, string]>([
    ['ingress', 'PORT'],
    ['enroll', 'HEALTH_PORT'],
    ['dashboard', 'DASHBOARD_PORT'],
  ])('says that a port is in use: %s, %s', async (kind, variable) => {
    expect(await complaintOf(await commandOf(kind, site, { [variable]: taken }))).toBe(
      `Port ${taken} is in use; stop what listens there or configure another port.\n`,
    )
  })

  it('says that there is no configuration file', async () => {
    const SEATKEEPER_CONFIG = join(site.folder, 'nothing.yaml')
    expect(await complaintOf(await commandOf('ingress', site, { SEATKEEPER_CONFIG }))).toBe(
      `There is no configuration file ${SEATKEEPER_CONFIG}. Copy the sample seatkeeper.yaml there and fill it in.\n`,
    )
  })

  it.each<[Kind, string, string]>([
    ['ingress', 'SHOP_WEBHOOK_SECRET', 'the variable SHOP_WEBHOOK_SECRET is not set'],
    ['orders', 'SHOP_CONSUMER_KEY', 'the variable SHOP_CONSUMER_KEY is not set'],
    ['revoke', 'LMS_CLIENT_ID', 'the variable LMS_CLIENT_ID is not set'],
    ['enroll', 'REDIS_URL', 'is not set'],
  ])('names the secret or setting that is missing: %s, %s', async (kind, variable, words) => {
    expect(await complaintOf(await commandOf(kind, site, { [variable]: undefined }))).toMatch(
      new RegExp(`^[^\\n]* has 1 problem:\\n {2}\\S+ \\(.*\\): ${words}\\n$`),
    )
  })

  it('says that the dashboard needs a way to log in', async () => {
    const command = await commandOf('dashboard', site, { DASHBOARD_PASSWORD_HASH: undefined })
    expect(await complaintOf(command)).toBe(
      'The dashboard does not start without a password hash or an identity provider.\n',
    )
  })

  it('names every problem of its part of the configuration at once, and no secret', async () => {
    const SEATKEEPER_CONFIG = join(site.folder, 'wrong.yaml')
    await writeFile(SEATKEEPER_CONFIG, 'lms: [{ id: Campus, url: "http://lms.example.org", clientSecret: hush }]\n')
    const complaint = await complaintOf(await commandOf('enroll', site, { SEATKEEPER_CONFIG }))
    const [heading, ...problems] = complaint.trimEnd().split('\n')
    expect(heading).toBe('wrong.yaml has 3 problems:')
    const places = problems.map((problem) => /^ {2}(\S+) \(.+\): .+$/.exec(problem)?.[1])
    expect(places).toEqual(['lms[0].id', 'lms[0].url', 'lms[0].clientId'])
    expect(complaint).not.toContain('hush')
  })

  it('knows no LMS of that name', async () => {
    const { args = [], ...command } = await commandOf('enroll', site)
    expect(await complaintOf({ ...command, args: [...args, '--lms', 'campus,elsewhere'] })).toBe(
      'No LMS named elsewhere is configured for these roles.\n',
    )
  })

  it.each([
    [mains.worker, ['--roles', 'enroll,mail'], /There is no role mail; there are enroll, revoke, orders\.\n$/],
    [mains.worker, ['--concurrency', '0'], /Give a whole number from 1 to 200\.\n$/],
    [mains.ingress, ['--prot', '80'], /^error: unknown option '--prot'\n/],
    [mains.dashboard, ['--prot', '80'], /^error: unknown option '--prot'\n/],
    [mains.all, [], /^error: required option '--config <file>' not specified\n$/],
    [mains.demo, ['--port', 'http'], /Give a whole number from 0 to 65535\.\n$/],
  ])('says what is wrong with its command line: %s %j', async (script, args, complaint) => {
    expect(await complaintOf({ script, args })).toMatch(complaint)
  })

  it('says that Redis does not answer', async () => {
    const commands = [
      { script: mains.cli, args: ['dead-letter', 'list'], env: { REDIS_URL: nowhere } },
      await commandOf('orders', site, { REDIS_URL: nowhere, LOG_LEVEL: 'silent' }),
    ]
    expect(await Promise.all(commands.map(complaintOf))).toEqual([
      'Redis did not answer within 5 s; start it or correct its address.\n',
      'Redis did not answer within 10 s; start it or correct its address.\n',
    ])
  })
})

describe('seatkeeper', () => {
  it.each([
    [[]],
    [['nonsense']],
    [['order', 'show', 'shop']],
    [['dead-letter', 'list', '--nonsense']],
    [['dead-letter', 'replay']],
    [['dead-letter', 'replay', '--all', 'seat-x']],
  ])('ends with 2 where it is called wrongly: %j', async (args) => {
    const { code, stdout, stderr } = await runChild({ script: mains.cli, args, env: { REDIS_URL: nowhere } })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^(error: |Usage: )/)
    expect(stderr).not.toMatch(/^ +at /m)
  })
})

describe('--help', () => {
  it.each(Object.values(mains))('of %s says how it is used', async (script) => {
    const { code, stdout, stderr } = await runChild({ script, args: ['--help'] })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Usage: /)
  })
})

describe('a process that started', () => {
  it('is live and not ready while Redis is away, and ends at SIGTERM', async () => {
    await withChild('ingress', { REDIS_URL: nowhere }, async (child, healthUrl) => {
      await until('it is live', () => answers(`${healthUrl}/live`, 200), { explain: child.stderr })
      expect(await failing(healthUrl)).toEqual(['redis'])
      child.signal('SIGTERM')
      expect(await child.ended).toEqual({ code: 0, signal: null })
    })
  })

  it.each<Kind>(['ingress', 'enroll'])('is not ready on a Redis that may lose what it confirmed: %s', async (kind) => {
    const unsafe = await startRedis({ arguments: ['--appendonly', 'no'] })
    try {
      await withChild(kind, { REDIS_URL: unsafe.url }, async (child, healthUrl) => {
        await until('it is live', () => answers(`${healthUrl}/live`, 200), { explain: child.stderr })
        await until('only redis is not well', async () => String(await failing(healthUrl)) === 'redis')
        expect(child.stdout()).toMatch(/"redis\.unsafe"/)
      })
    } finally {
      await unsafe.stop()
    }
  })
})

describe('the demo', () => {
  it('leaves nothing behind when it is interrupted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seatkeeper-'))
    const child = startChild({ script: mains.demo, args: ['--exit'], env: { TMPDIR: folder } })
    try {
      await until('it plays', () => child.stdout().includes('…'), { explain: child.stderr })
      const [home = ''] = await readdir(folder)
      const redisPid = await pidOf(join(folder, home, 'redis.sock'))
      child.signal('SIGINT')
      expect(await child.ended).toEqual({ code: 130, signal: null })
      expect(child.stderr()).toBe('')
      expect(await readdir(folder)).toEqual([])
      expect(() => process.kill(redisPid, 0)).toThrow('ESRCH')
    } finally {
      child.signal('SIGKILL')
      await child.ended
      await rm(folder, { recursive: true })
    }
  })
})

/** What a command that must fail says on standard error. @throws Error unless it ends with 1, with no stack shown. */
async function complaintOf(command: ChildStart): Promise<string> {
  const { code, stdout, stderr } = await runChild(command)
  if (code === 1 && stdout === '' && !/^ +at /m.test(stderr)) return stderr
  throw new Error(`${command.script} ended with ${code} and said:\n${stdout}${stderr}`)
}

async function withChild(
  kind: Kind,
  env: Readonly<Record<string, string>>,
  use: (child: Child, healthUrl: string) => Promise<void>,
): Promise<void> {
  const port = await freePort()
  const child = startChild(await commandOf(kind, site, { ...env, HEALTH_PORT: String(port) }))
  try {
    await use(child, `http://127.0.0.1:${port}`)
  } finally {
    child.signal('SIGKILL')
    await child.ended
  }
}

async function answers(url: string, status: number): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.status === status,
    () => false,
  )
}

/** The checks that keep a process from being ready. */
async function failing(healthUrl: string): Promise<readonly string[]> {
  const answer = await fetch(`${healthUrl}/ready`)
  if (answer.status !== 503) return []
  const { failing: names } = (await answer.json()) as { failing: readonly string[] }
  return names
}

async function pidOf(socket: string): Promise<number> {
  const redis = new Redis(socket)
  const info = await redis.info('server')
  await redis.quit()
  return Number(/^process_id:(\d+)/m.exec(info)?.[1])
}
