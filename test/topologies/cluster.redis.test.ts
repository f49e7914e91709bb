import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { LmsId, OrderId, StoreId } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import type { RunningSystem } from '@seatkeeper/sandbox'
import {
  checkRedisSafety,
  closeRedis,
  connectRedis,
  createLogger,
  ourSlot,
  untilRedisReady,
  type RedisClient,
  type RedisPurpose,
} from '@seatkeeper/service'
import { configOf, startInOneProcess } from '../e2e/one-process.ts'
import { startSite, webhookSecret, type Site } from '../e2e/site.ts'
import { until } from '../e2e/until.ts'
import { moveSlot } from './move-slot.ts'
import { startRedisCluster, type RedisCluster } from './redis-cluster.ts'

const log = createLogger('silent')
const demands = { appendfsync: 'always', nowMs: Date.now } as const
const opened: RedisClient[] = []
let cluster: RedisCluster

beforeAll(async () => {
  cluster = await startRedisCluster()
}, 60_000)
afterAll(async () => {
  await Promise.all(opened.map(closeRedis))
  await cluster.stop()
})

async function open(purpose: RedisPurpose = 'ledger'): Promise<RedisClient> {
  const redis = connectRedis(cluster.url, purpose, log)
  opened.push(redis)
  await untilRedisReady(redis, 20_000)
  return redis
}

describe('a Cluster', () => {
  it('has all our keys in one slot, and is asked for time, memory and safety where they are', async () => {
    const redis = await open()
    const owner = await cluster.owner()
    expect(await owner.admin.cluster('KEYSLOT', '{seatkeeper}:bull:enroll.campus:wait')).toBe(ourSlot)
    const run = /run_id:(\S+)/.exec(await owner.admin.info('server'))?.[0]
    for (let times = 0; times < 20; times += 1) expect(await redis.info('server')).toContain(run)
    expect(await checkRedisSafety(redis, demands)).toEqual([])
    await owner.admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    expect(await checkRedisSafety(redis, demands)).toMatchObject([{ code: 'REDIS_EVICTS' }])
    await owner.admin.config('SET', 'maxmemory-policy', 'noeviction')
  })

  it('carries an order from webhook to seat and back, ready all the while', async () => {
    const site = await startSite()
    const system = await startInOneProcess({ config: configOf(site), redisUrl: cluster.url, log })
    try {
      await sellAndRefund(site, system)
      expect((await fetch(`${system.healthUrl}/ready`)).status).toBe(200)
      await until('all is at rest', async () => (await system.ledger.conservation()).due === 0)
      expect(await system.ledger.dead()).toEqual([])
    } finally {
      await system.close()
      await site.close()
    }
  }, 120_000)

  it('shows no script half of the data while the slot is moved', async () => {
    const ledger = createLedger(await open('worker'))
    const chore = { kind: 'chore', chore: 'audit', of: LmsId.parse('campus') } as const
    await ledger.ensureChore(chore, 'audit.campus')
    const before = await ledger.conservation()
    const from = await cluster.owner()
    const to = cluster.nodes.find((node) => node !== from) ?? from
    let isOver = false
    const moving = await moveSlot({ slot: ourSlot, from, to })
    const counted = ledger.conservation().finally(() => (isOver = true))
    await moving.moveSome(3)
    await pause(500)
    expect(isOver).toBe(false)
    await moving.finish()
    expect(await counted).toEqual(before)
    expect(await cluster.owner()).toBe(to)
  }, 60_000)

  it('is followed to where the slot is by what waits for replicas, and refuses that without any', async () => {
    const ledger = createLedger(await open(), undefined, { replicas: 1 })
    const hint = () => ledger.noteHint({ store: StoreId.parse('shop'), order: OrderId.parse('7') }, 'refund')
    await expect(hint()).rejects.toMatchObject({ code: 'REPLICAS_BEHIND' })
    const from = await cluster.owner()
    const to = cluster.nodes.find((node) => node !== from) ?? from
    await (await moveSlot({ slot: ourSlot, from, to })).finish()
    await expect(hint()).rejects.toMatchObject({ code: 'REPLICAS_BEHIND' })
  }, 60_000)
})

async function sellAndRefund({ shop, campus }: Site, { ingressUrl }: RunningSystem): Promise<void> {
  const course = 'course-v1:DemoU+CS101+2026'
  campus.addCourse({ key: course, name: 'CS', modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  campus.addUser({ username: 'ada', email: 'ada@example.org' })
  for (const topic of ['order.created', 'order.updated'])
    await shop.addWebhook({ topic, deliveryUrl: `${ingressUrl}/webhooks/shop`, secret: webhookSecret })
  const product = shop.addProduct({ name: 'CS', sku: course })
  const order = shop.placeOrder({ email: 'ada@example.org', lines: [{ product }] })
  await shop.deliver()
  await until('ada is enrolled', () => campus.row('ada', course)?.isActive === true)
  shop.refund(order, { amount: shop.order(order).total })
  await shop.deliver()
  await until('ada is enrolled no more', () => campus.row('ada', course)?.isActive === false)
}
