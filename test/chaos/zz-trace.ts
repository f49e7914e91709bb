import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { orderChaos } from './order-chaos.ts'
const server = await startRedis({ arguments: ['--appendonly', 'no'] })
const redis = new Redis(server.url)
const [seed, orders, person, course, guard] = process.argv.slice(2)
const r = await orderChaos(redis, { seed: Number(seed), orders: Number(orders), without: guard as never })
console.log(r.flapping.slice(0, 5), r.wrong, r.wrongAsTold, r.troubles)
const P = '{chaos}:'
const lines: [number, string][] = []
const seats = new Set<string>(); const orderIds = new Set<string>()
for (const key of await redis.keys(P + 'seat:*')) {
  if (key.endsWith(':claims') || key.endsWith(':emails')) continue
  const h = await redis.hgetall(key)
  if (!h['email']?.startsWith(person + '@') && !h['email']?.startsWith(person + '.')) continue
  if (!h['course']?.includes(course!)) continue
  const id = key.slice((P + 'seat:').length)
  seats.add(id); console.log(id, JSON.stringify(h), JSON.stringify(await redis.hgetall(key + ':claims')), JSON.stringify(await redis.hgetall(P + 'item:seat-' + id)))
  for (const t of await redis.lrange(P + 'timeline:seat-' + id, 0, -1)) { const e = JSON.parse(t); lines.push([e.atMs, `${id.slice(0,5)} ${e.what} ${e.detail}`]); const m = /shop\/(\d+)\//.exec(e.detail); if (m) orderIds.add(m[1]!) }
}
for (const o of orderIds) for (const t of await redis.lrange(P + 'timeline:order-shop-' + o, 0, -1)) { const e = JSON.parse(t); lines.push([e.atMs, `order ${o} ${e.what} ${e.detail}`]) }
lines.push(...((globalThis as any).trace ?? []).filter(([, w]: any) => w.includes(person + ' ') && w.includes(course) || [...seats].some((s) => w.includes(s)) || [...orderIds].some((o) => w.startsWith('shop ' + o))))
if (process.env.ALL !== '1') { for (let i = lines.length - 1; i >= 0; i--) if (lines[i]![1].startsWith('call ')) lines.splice(i, 1) }
for (const [at, what] of lines.toSorted(([a], [b]) => a - b)) console.log(at - Date.UTC(2026, 0, 5, 9), what)
redis.disconnect()
await server.stop()
