import { describe, expect, it } from '@jest/globals'
import { until } from './until.fixture.ts'
import { watchProgress } from './progress.ts'

const watch = (look: () => Promise<{ startable: number; started: number }>) =>
  watchProgress({ look, everyMs: 5, patienceMs: 40 })

describe('watchProgress', () => {
  it('finds a worker stuck that starts none of the jobs that wait', async () => {
    const progress = watch(async () => ({ startable: 3, started: 1 }))
    expect(progress.isProgressing()).toBe(true)
    await until('it is stuck', () => !progress.isProgressing())
    progress.stop()
  })

  it('finds nothing wrong while jobs are started, however many wait', async () => {
    let started = 0
    const progress = watch(async () => ({ startable: 1000, started: (started += 1) }))
    await until('many looks', () => started > 20)
    expect(progress.isProgressing()).toBe(true)
    progress.stop()
  })

  it('finds a worker stuck whose connection refuses or hangs', async () => {
    for (const look of [() => Promise.reject(new Error('gone')), () => new Promise<never>(() => undefined)]) {
      const progress = watch(look)
      await until('it is stuck', () => !progress.isProgressing())
      expect(progress.isProgressing()).toBe(false)
      progress.stop()
    }
  })
})
