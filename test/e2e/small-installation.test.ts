import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { startRedis } from '@seatkeeper/simulators'
import { addCourses, addressOf, courseKey, held, register } from './campus.ts'
import { runChild, startChild, type Child, type ChildStart } from './child.ts'
import { commandOf } from './command-of.ts'
import { freePort } from './free-port.ts'
import { startSite, webhookSecret, type Site } from './site.ts'
import { until } from './until.ts'

jest.setTimeout(120_000)

/* `npm start`: everything in one process, on a Redis of its own that keeps its data. */
let site: Site
let ports: Readonly<Record<'PORT' | 'DASHBOARD_PORT' | 'HEALTH_PORT', string>>

beforeAll(async () => {
  site = await startSite()
  addCourses(site)
  const [main, dashboard, health] = [await freePort(), await freePort(), await freePort()]
  ports = { PORT: `${main}`, DASHBOARD_PORT: `${dashboard}`, HEALTH_PORT: `${health}` }
})

afterAll(() => site.close())

describe('the small installation', () => {
  it('takes a webhook, enrols, and knows the seat after Ctrl-C and another start', async () => {
    const first = await start()
    const order = await sell('ada')
    await until('ada is enrolled', () => held(site, 'ada', 'CS101') === 'verified', { explain: first.stdout })
    expect(await interrupt(first)).toEqual({ code: 0, signal: null })
    const events = site.campus.events.length

    const second = await start()
    expect(await runChild(await command())).toMatchObject({
      code: 1,
      stderr: `Another Redis already serves ${dataFolder()}; stop it first.\n`,
    })
    const sold = site.shop.captured(order)
    const again = sold && (await site.shop.redeliver(sold))
    expect(again?.answered).toBe(200)
    const shown = await seatkeeper('order', 'show', 'shop', String(order))
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(/course-v1:DemoU\+CS101\+2026 +campus +verified +verified +settled/)
    expect(await interrupt(second)).toEqual({ code: 0, signal: null })
    expect(site.campus.events).toHaveLength(events)
  })

  it('is not ready on a Redis of the operator’s that may lose what it confirmed', async () => {
    const unsafe = await startRedis({ arguments: ['--appendonly', 'no'] })
    const child = startChild(await command({ REDIS_URL: unsafe.url }))
    try {
      await until('redis is not well', async () => (await readiness()).includes('"failing":["redis"]'))
      expect(await interrupt(child)).toEqual({ code: 0, signal: null })
    } finally {
      child.signal('SIGKILL')
      await unsafe.stop()
    }
  })
})

async function command(settings: ChildStart['env'] = {}): Promise<ChildStart> {
  const { env } = await commandOf('dashboard', site, { ...site.secrets.webhooks, ...site.secrets.shop })
  return {
    script: 'apps/sandbox/src/main.ts',
    args: ['--config', site.configFile, '--data', dataFolder()],
    env: { ...env, ...site.secrets.lms, ...ports, REDIS_URL: undefined, ...settings },
  }
}

function dataFolder(): string {
  return join(site.folder, 'data')
}

async function start(): Promise<Child> {
  const child = startChild(await command())
  const explain = () => `${child.stdout()}${child.stderr()}`
  await until('it is ready', async () => child.hasEnded() || (await readiness()).includes('"ready"'), { explain })
  return child
}

function interrupt(child: Child) {
  child.signal('SIGINT')
  return child.ended
}

async function sell(learner: string): Promise<number> {
  register(site, learner)
  const deliveryUrl = `http://127.0.0.1:${ports.PORT}/webhooks/shop`
  await site.shop.addWebhook({ topic: 'order.updated', deliveryUrl, secret: webhookSecret })
  const product = site.shop.addProduct({ name: 'Computer Science 101', sku: courseKey('CS101') })
  const order = site.shop.placeOrder({ email: addressOf(learner), lines: [{ product }] })
  await site.shop.deliver()
  return order
}

function seatkeeper(...args: readonly string[]) {
  const REDIS_URL = join(dataFolder(), 'redis.sock')
  return runChild({ script: 'apps/cli/src/main.ts', args, env: { REDIS_URL } })
}

/** What `/ready` says; nothing where nobody listens. */
async function readiness(): Promise<string> {
  return fetch(`http://127.0.0.1:${ports.HEALTH_PORT}/ready`).then(
    (answer) => answer.text(),
    () => '',
  )
}
