import type { Metrics } from './metrics.ts'
import { memoryShare, type RedisInfo } from './redis-info.ts'

/** Shows how Redis stands, as its INFO of memory and persistence says. */
export function redisSignals(metrics: Pick<Metrics, 'gauge'>): (info: RedisInfo) => void {
  const ratio = metrics.gauge({
    name: 'redis_memory_ratio',
    help: 'Share of its maxmemory that Redis uses; 0 where it has no limit.',
    labels: {},
  })
  const bytes = metrics.gauge({ name: 'redis_memory_bytes', help: 'Memory that Redis uses.', labels: {} })
  const aof = metrics.gauge({
    name: 'redis_aof_well',
    help: '1 while Redis has an append-only file and its last write and rewrite of it went well, else 0.',
    labels: {},
  })
  const aofBytes = metrics.gauge({
    name: 'redis_aof_bytes',
    help: 'Size of the append-only file of Redis.',
    labels: {},
  })
  const delayed = metrics.gauge({
    name: 'redis_delayed_fsyncs',
    help: 'How often Redis, since it started, had to wait for an fsync of its append-only file (appendfsync everysec).',
    labels: {},
  })
  return (info) => {
    ratio.set(memoryShare(info))
    bytes.set(numberOf(info, 'used_memory'))
    aof.set(isAofWell(info) ? 1 : 0)
    aofBytes.set(numberOf(info, 'aof_current_size'))
    delayed.set(numberOf(info, 'aof_delayed_fsync'))
  }
}

function isAofWell(info: RedisInfo): boolean {
  const wentWell = ['aof_last_write_status', 'aof_last_bgrewrite_status'].every((field) => info.get(field) === 'ok')
  return info.get('aof_enabled') === '1' && wentWell
}

/** Redis leaves out what there is nothing to say of. */
function numberOf(info: RedisInfo, field: string): number {
  return Number(info.get(field) ?? 0)
}
