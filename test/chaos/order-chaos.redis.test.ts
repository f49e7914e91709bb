import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { guards } from './controls.ts'
import { isSound, orderChaos } from './order-chaos.ts'

/** Small stories for every run of the tests; `npm run faults -- order-chaos` tells long ones. */
const orders = 60
const seeds = Array.from({ length: 25 }, (_, index) => index + 1)

let server: EmbeddedRedis
let redis: Redis

beforeAll(async () => {
  server = await startRedis({ arguments: ['--appendfsync', 'no'] })
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

describe('orderChaos', () => {
  it.each(seeds)(
    'ends with every seat as the orders say, seed %i',
    async (seed) => {
      const result = await orderChaos(redis, { seed, orders })
      expect({ isSound: isSound(result), ...result }).toMatchObject({ isSound: true, wrong: [], troubles: [] })
    },
    60_000,
  )

  it('replays a seed to the same writes at the LMS', async () => {
    const [one, other] = [
      await orderChaos(redis, { seed: 7, orders: 30 }),
      await orderChaos(redis, { seed: 7, orders: 30 }),
    ]
    expect(other.digest).toBe(one.digest)
  }, 60_000)

  it.each(guards)(
    'sees what happens without the guard: %s',
    async (without) => {
      const isSeen = async (seed: number) => !isSound(await orderChaos(redis, { seed, orders, without }))
      let unseen = 0
      while (unseen < seeds.length && !(await isSeen(unseen + 1))) unseen += 1
      expect(unseen).toBeLessThan(seeds.length)
    },
    180_000,
  )
})
