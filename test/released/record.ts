import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { jobId, jobOf, laneOf, LmsId, OrderId, SeatId, StoreId, type WakeUp } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import { letterOf } from '@seatkeeper/queue'
import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { dumpKeys } from './keyspace.ts'
import { playStory } from './story.ts'

/** Writes what the release at hand stores into `v<number>`, once, before it is published: `node test/released/record.ts 2`. */
const folder = fileURLToPath(new URL(`v${process.argv[2]}/`, import.meta.url))
const prefix = '{seatkeeper}:'
const keep = (name: string, value: unknown) => writeFile(`${folder}${name}.json`, `${JSON.stringify(value, null, 2)}\n`)

const lms = LmsId.parse('campus')
const store = StoreId.parse('shop')
const seat = { kind: 'seat', lms, seat: SeatId.parse('s0000000000000000001') } as const
const order = OrderId.parse('1001')
const wakeUps: Readonly<Record<string, WakeUp>> = {
  'enroll-seat': { item: seat, lane: laneOf.enroll(lms), generation: 3, delayMs: 0 },
  'revoke-seat': { item: seat, lane: laneOf.revoke(lms), generation: 4, delayMs: 0 },
  'read-order': { item: { kind: 'order', store, order }, lane: laneOf.orders(store), generation: 2, delayMs: 0 },
  'tell-shop': { item: { kind: 'tell', store, order }, lane: laneOf.tell(store), generation: 5, delayMs: 0 },
  'do-chore': { item: { kind: 'chore', chore: 'audit', of: lms }, lane: laneOf.audit(lms), generation: 6, delayMs: 0 },
}
for (const [name, wakeUp] of Object.entries(wakeUps)) {
  const { type, data } = jobOf(wakeUp)
  await keep(name, { id: jobId(wakeUp.item, wakeUp.generation), name: type.name, data })
}

const server = await startRedis()
const redis = new Redis(server.url)
const ledger = createLedger(redis, prefix)
await playStory(ledger)
await keep('ledger', await dumpKeys(redis, prefix))
await keep('dead-letters', (await ledger.dead()).map(letterOf))
redis.disconnect()
await server.stop()
