import { openServer } from './bench.fixture.ts'
import { until } from './until.fixture.ts'
const host = await openServer()
const bench = await host.bench()
const worker = bench.start(undefined, { closeWithinMs: 200 })
await until('b', () => bench.isBlocked())
await host.server.kill()
if (process.argv[2]) await until('b', () => bench.consumer.connection.status !== 'ready')
console.log(bench.consumer.connection.status)
await worker.close()
await host.server.restart()
await bench.close()
await host.stop()
setInterval(() => {
  console.log(process.getActiveResourcesInfo(), bench.consumer.connection.status, bench.producer.connection.status)
  for (const h of (process as any)._getActiveHandles()) console.log(h.constructor.name, h.path, h.connecting, h.destroyed)
}, 2000).unref()
