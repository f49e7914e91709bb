import { describe, expect, it } from '@jest/globals'
import { createMetrics } from './metrics.ts'
import { redisSignals } from './redis-signals.ts'

const well = {
  used_memory: '700',
  maxmemory: '1000',
  aof_enabled: '1',
  aof_last_write_status: 'ok',
  aof_last_bgrewrite_status: 'ok',
  aof_current_size: '5000',
  aof_delayed_fsync: '3',
}

async function shown(info: Readonly<Record<string, string>>): Promise<Readonly<Record<string, number>>> {
  const metrics = createMetrics()
  redisSignals(metrics)(new Map(Object.entries(info)))
  const samples = [...(await metrics.text()).matchAll(/^seatkeeper_redis_(\w+) (\S+)$/gm)]
  return Object.fromEntries(samples.map(([, name, value]) => [name, Number(value)]))
}

describe('redisSignals', () => {
  it('shows memory and the append-only file', async () => {
    expect(await shown(well)).toEqual({
      memory_ratio: 0.7,
      memory_bytes: 700,
      aof_well: 1,
      aof_bytes: 5000,
      delayed_fsyncs: 3,
    })
  })

  it.each([['aof_enabled'], ['aof_last_write_status'], ['aof_last_bgrewrite_status']])(
    'shows a log that is not well by %s',
    async (field) => {
      expect(await shown({ ...well, [field]: field === 'aof_enabled' ? '0' : 'err' })).toMatchObject({ aof_well: 0 })
    },
  )

  it('shows nothing of a log that is off', async () => {
    const { used_memory } = well
    expect(await shown({ used_memory, aof_enabled: '0' })).toMatchObject({ aof_bytes: 0, delayed_fsyncs: 0 })
  })
})
