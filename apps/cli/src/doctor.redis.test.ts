import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { closeRedis, connectRedis, createLogger, untilRedisReady } from '@seatkeeper/service'
import { startRedis } from '@seatkeeper/simulators'
import type { Finding } from './doctor/finding.ts'
import { startTaker } from './ingress.fixture.ts'
import { startLyingClock } from './lying-clock.fixture.ts'
import { courseKey, startSite, webhookSecret, type Site, type SiteChange } from './site.fixture.ts'

jest.setTimeout(60_000)

const dayMs = 86_400_000
const modes = [{ slug: 'audit' }, { slug: 'verified', price: 49 }]
const topics = ['created', 'updated', 'deleted', 'restored'].map((change) => `order.${change}`)

let site: Site
let taker: Awaited<ReturnType<typeof startTaker>>
const webhooks: number[] = []
const undo: (() => unknown)[] = []

beforeAll(async () => {
  ;[site, taker] = await Promise.all([startSite(), startTaker(webhookSecret)])
  site.campus.addCourse({ key: courseKey('OPEN'), name: 'Open', modes })
  site.campus.addCourse({ key: courseKey('OVER'), name: 'Over', modes, enrollmentEndMs: Date.now() - dayMs })
  const deliveryUrl = `${taker.url}/webhooks/shop`
  for (const topic of [...topics, 'action.woocommerce_delete_order'])
    webhooks.push(await site.shop.addWebhook({ topic, deliveryUrl, secret: webhookSecret }))
})
afterAll(async () => {
  taker.close()
  await site.close()
})
afterEach(async () => {
  for (const step of undo.splice(0)) await step()
})

/** All findings but those of workers, of which this site has none, and the exit code. */
async function examine({ store, ...change }: SiteChange = {}) {
  const publicUrl = taker.url
  const { text, code } = await site.seatkeeper(['doctor', '--json'], { ...change, store: { publicUrl, ...store } })
  const all: readonly Finding[] = JSON.parse(text)
  return { all, code, found: all.filter(({ check, state }) => check !== 'workers' && state !== 'ok') }
}

async function forgetAll(url: string): Promise<void> {
  const redis = connectRedis(url, 'ledger', createLogger('silent'))
  await untilRedisReady(redis, 10_000)
  await redis.flushall()
  await closeRedis(redis)
}

const sells = (course: string, more: object = {}) => ({
  store: { catalogue: { rules: [{ sku: 'X', items: [{ course, ...more }] }] } },
})

describe('seatkeeper doctor', () => {
  it('finds nothing to mend where all is well, and changes nothing', async () => {
    const { all, found } = await examine(sells(courseKey('OPEN')))
    expect(found).toEqual([])
    expect(all.filter(({ check }) => check !== 'workers').length).toBeGreaterThan(14)
    expect(site.campus.rows()).toEqual([])
    expect(site.campus.allowed()).toEqual([])
  })

  it('says which lanes nobody serves, and with which role', async () => {
    const { all, code } = await examine()
    const workers = all.filter(({ check }) => check === 'workers')
    expect(workers).toMatchObject([
      {
        state: 'wrong',
        what: expect.stringContaining('enroll.campus'),
        fix: expect.stringContaining('enroll and revoke'),
      },
      { state: 'wrong', what: expect.stringContaining('tell.shop'), fix: expect.stringContaining('role orders') },
    ])
    expect(code).toBe(1)
  })

  it('says when the keys are not those that learners were erased with', async () => {
    const under = (key: string) => ({ ...sells(courseKey('OPEN')), rest: { erasure: { keys: [key.repeat(32)] } } })
    await site.seatkeeper(['erase', 'ada@example.org', '--yes'], under('a'))
    undo.push(() => forgetAll(site.redis.url))
    expect((await examine(under('a'))).found).toEqual([])
    expect((await examine(under('b'))).found).toMatchObject([{ check: 'erasure keys', state: 'wrong' }])
    expect((await examine(sells(courseKey('OPEN')))).found).toMatchObject([{ check: 'erasure keys', state: 'wrong' }])
  })

  it('sums up for people: the worst first, then what to do', async () => {
    const { text } = await site.seatkeeper(['doctor'])
    expect(text).toMatch(/^wrong +lms campus +workers +No worker serves/m)
    expect(text).toMatch(/^lms campus, workers: Start a worker with the role/m)
    expect(text).toMatch(/\d+ wrong, 0 unknown, 1 warning, \d+ ok\.$/)
  })

  it.each<[string, () => SiteChange | Promise<SiteChange>, Partial<Finding>]>([
    [
      'the LMS’s client secret',
      () => ({ lms: { clientSecret: 'another' } }),
      {
        check: 'token and staff',
        what: expect.stringMatching(/^LMS_TOKEN_REFUSED/) as never,
        fix: contains('clientSecret'),
      },
    ],
    [
      'the staff status of our user',
      () => {
        site.campus.setStaff('worker', false)
        undo.push(() => site.campus.setStaff('worker', true))
        return {}
      },
      { check: 'may enrol', fix: contains('Give it staff status') },
    ],
    [
      'the address of the LMS',
      () => ({ lms: { url: 'http://127.0.0.1:1' } }),
      { check: 'token and staff', fix: contains('Check its health') },
    ],
    [
      'the rights of the REST key',
      () => {
        const { key, secret } = site.shop.addKey('read')
        return { store: { consumerKey: key, consumerSecret: secret } }
      },
      { check: 'may write', fix: contains('Read/Write') },
    ],
    [
      'the secret of the REST key',
      () => ({ store: { consumerSecret: `cs_${'0'.repeat(40)}` } }),
      { check: 'may read', fix: contains('Check key, secret') },
    ],
    [
      'the secret of the webhooks',
      () => ({ store: { webhookSecrets: [webhookSecret, 'whsec-other'] } }),
      { check: 'webhook secrets', fix: contains('same seatkeeper.yaml') },
    ],
    [
      'a webhook that the shop disabled',
      async () => {
        await site.shop.editWebhook(webhooks[1] ?? 0, { status: 'disabled' })
        undo.push(() => site.shop.editWebhook(webhooks[1] ?? 0, { status: 'active' }))
        return {}
      },
      { check: 'webhooks', what: 'WEBHOOK_DISABLED: order.updated.', fix: contains('make webhook') },
    ],
    [
      'where the webhooks go',
      () => ({ store: { publicUrl: 'http://127.0.0.1:1' } }),
      { check: 'webhooks', fix: contains('Correct its delivery URL') },
    ],
    [
      'a mode that the course run lacks',
      () => sells(courseKey('OPEN'), { mode: 'honor' }),
      { check: 'catalogue', fix: contains('Add the mode') },
    ],
    [
      'a course run that is closed',
      () => sells(courseKey('OVER')),
      { check: 'catalogue', fix: contains('Move its enrolment end') },
    ],
    [
      'a course run that is not there',
      () => sells(courseKey('NOWHERE')),
      { check: 'catalogue', fix: contains('Correct the course key') },
    ],
    [
      'the clock of the shop',
      async () => {
        const lying = await startLyingClock(site.shop.url, 3_600_000)
        undo.push(lying.close)
        return { store: { url: lying.url, homeUrl: site.shop.url } }
      },
      {
        check: 'clock',
        what: expect.stringMatching(/^Its clock is \d+ s ahead of ours/) as never,
        fix: contains('NTP'),
      },
    ],
    [
      'the eviction of Redis',
      async () => {
        const evicting = await startRedis({ arguments: ['--maxmemory-policy', 'allkeys-lru'] })
        undo.push(() => evicting.stop())
        return { env: { REDIS_URL: evicting.url } }
      },
      {
        check: 'safety',
        what: expect.stringMatching(/^REDIS_EVICTS/) as never,
        fix: 'Set maxmemory-policy noeviction.',
      },
    ],
    [
      'a Redis that is not there',
      () => ({ env: { REDIS_URL: 'redis://127.0.0.1:1' } }),
      { check: 'reachable', fix: contains('Start Redis') },
    ],
    [
      'a setting',
      () => ({ store: { courseMode: 'Verified Track' } }),
      { check: 'settings', what: contains('courseMode'), fix: contains('docs/configuration.md') },
    ],
  ])('names %s when it is wrong, and what to do', async (_, breakIt, expected) => {
    const { found, code } = await examine(await breakIt())
    expect(found).toContainEqual(expect.objectContaining({ state: 'wrong', ...expected }))
    expect(code).toBe(1)
  })

  it('prints no secret, whatever is wrong', async () => {
    const { text } = await site.seatkeeper(['doctor'], {
      lms: { clientSecret: 'another-secret' },
      store: { publicUrl: taker.url },
    })
    for (const secret of ['another-secret', webhookSecret, site.shop.keys.secret]) expect(text).not.toContain(secret)
  })
})

function contains(text: string): string {
  return expect.stringContaining(text) as never
}
