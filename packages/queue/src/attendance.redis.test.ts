import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { createAttendance, type Attendance } from './attendance.ts'
import { until } from './until.fixture.ts'

const prefix = '{test}:bull'
let server: EmbeddedRedis
let redis: Redis
let attendance: Attendance

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url, { maxRetriesPerRequest: null })
  attendance = createAttendance({ connection: redis, prefix })
})
afterAll(async () => {
  await attendance.close()
  redis.disconnect()
  await server.stop()
})

describe('createAttendance', () => {
  it('counts the workers of a lane and of no other, while they are there', async () => {
    expect(await attendance.workersAt('enroll.campus')).toBe(0)
    const workers = [1, 2].map(() => new Worker('enroll.campus', async () => undefined, { connection: redis, prefix }))
    await until('two are there', async () => (await attendance.workersAt('enroll.campus')) === 2)
    expect(await attendance.workersAt('enroll.campus2')).toBe(0)
    await Promise.all(workers.map((worker) => worker.close()))
    await until('both are gone', async () => (await attendance.workersAt('enroll.campus')) === 0)
  })

  it('does not know where our user may not ask', async () => {
    await redis.acl('SETUSER', 'seatkeeper', 'on', '>word', '~*', '&*', '+@all', '-client|list')
    const limited = new Redis(server.url, { username: 'seatkeeper', password: 'word' })
    const there = createAttendance({ connection: limited, prefix })
    expect(await there.workersAt('enroll.campus')).toBeUndefined()
    await there.close()
    limited.disconnect()
  })
})
