import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { emailOf } from '@seatkeeper/core/fixture'
import { createLedger } from '@seatkeeper/ledger'
import { startReplicatedRedis, type ReplicatedRedis } from '@seatkeeper/ledger/fixture'
import { Redis } from 'ioredis'
import { useSeatScene } from './seat-scene.fixture.ts'

let servers: ReplicatedRedis
let redis: Redis
let tests = 0
const scene = useSeatScene()
const email = emailOf('ada@example.org')
const behind = { code: 'REPLICAS_BEHIND', verdict: 'throttled' }

beforeAll(async () => {
  servers = await startReplicatedRedis()
  redis = new Redis(servers.primary.url)
})
afterAll(async () => {
  redis.disconnect()
  await servers.stop()
})
beforeEach(async () => {
  tests += 1
  scene.ledger = createLedger(redis, `{replicas-${tests}}:`, { replicas: 1 })
  await scene.paid()
})
afterEach(() => servers.thaw())

describe('settling a seat while too few replicas follow', () => {
  it('writes nothing at the LMS, however often it tries, and goes on when they are back', async () => {
    scene.lms.register(email)
    servers.freeze()
    await expect(scene.settle()).rejects.toMatchObject(behind)
    // The second attempt finds the baseline recorded, though no replica has it.
    expect(await scene.theSeat()).toMatchObject({ baseline: { isActive: false } })
    await expect(scene.settle()).rejects.toMatchObject(behind)
    expect(scene.lms.writes).toEqual([])
    servers.thaw()
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(scene.lms.row(email)).toMatchObject({ isActive: true })
  })

  it('invites nobody: what came of it would pass for what the learner had before', async () => {
    servers.freeze()
    await expect(scene.settle()).rejects.toMatchObject(behind)
    expect(scene.lms.invited.size).toBe(0)
    servers.thaw()
    expect(await scene.settle()).toMatchObject({ status: 'waiting' })
    expect(scene.lms.invited.size).toBe(1)
  })
})
