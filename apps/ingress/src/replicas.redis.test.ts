import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startReplicatedRedis, type ReplicatedRedis } from '@seatkeeper/ledger/fixture'
import { orderBody, postSigned, startRig, type Rig } from './rig.fixture.ts'

let servers: ReplicatedRedis
let rig: Rig

beforeAll(async () => {
  servers = await startReplicatedRedis()
  rig = await startRig({ server: servers.primary, replicas: 1 })
})
afterAll(async () => {
  await rig.close()
  await servers.stop()
})
afterEach(() => servers.thaw())

describe('an ingress that waits for a replica', () => {
  it('answers 503 while it is frozen, also to the same again, and 200 when it is back', async () => {
    expect((await postSigned(rig, orderBody({ id: 1 }))).status).toBe(200)
    const body = orderBody({ id: 2 })
    servers.freeze()
    expect((await postSigned(rig, body)).status).toBe(503)
    expect((await postSigned(rig, body)).status).toBe(503)
    expect(rig.logged()).toContain('REPLICAS_BEHIND')
    servers.thaw()
    expect((await postSigned(rig, body)).status).toBe(200)
  })
})
