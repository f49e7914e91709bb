import { PassThrough } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { createLogger } from './logger.ts'
import { watchLoop } from './loop-watch.ts'
import { createMetrics } from './metrics.ts'

describe('watchLoop', () => {
  it('tells and counts that the loop stood still', async () => {
    const stream = new PassThrough()
    const metrics = createMetrics()
    const watch = watchLoop(createLogger('warn', { stream }), metrics, { alarmMs: 300, killMs: 4800 })
    block(1000)
    await pause(0)
    await watch.close()
    expect(JSON.parse(String(stream.read()))).toMatchObject({ level: 'warn', event: 'loop.stalled' })
    expect(await metrics.text()).toContain('seatkeeper_loop_stalls_total 1')
  })
})

function block(forMs: number): void {
  const untilMs = performance.now() + forMs
  while (performance.now() < untilMs);
}
