import { startRedis } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'
import { orderChaos, isSound } from './order-chaos.ts'
const server = await startRedis({ arguments: ['--appendonly', 'no'] })
const redis = new Redis(server.url)
const [from, to, orders, guard] = process.argv.slice(2)
for (let seed = Number(from); seed <= Number(to); seed += 1) {
  const t = performance.now()
  const r = await orderChaos(redis, { seed, orders: Number(orders), without: guard as never })
  const {wrong, wrongAsTold, flapping, idle, troubles, ...rest} = r
  const show = (l: readonly string[]) => `${l.length} ${l.slice(0,3).join('; ')}`
  console.log(seed, isSound(r), Math.round(performance.now() - t), 'ms', JSON.stringify(seed === Number(from) ? rest : {c: r.conservation, d: r.digest.slice(0,6)}))
  if (!isSound(r)) console.log('  wrong', show(wrong), '\n  told', show(wrongAsTold), '\n  flap', show(flapping), '\n  idle', show(idle), '\n  troubles', show(troubles))
}
redis.disconnect()
await server.stop()
