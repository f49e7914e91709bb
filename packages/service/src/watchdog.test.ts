import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createLogger } from './logger.ts'
import { exitWhenStuck } from './watchdog.ts'

function watch() {
  const state = { isWell: true, exits: 0 }
  const check = { name: 'enroll', isHealthy: () => state.isWell }
  const process = { exit: () => (state.exits += 1) }
  const dog = exitWhenStuck(createLogger('silent'), [check], { patienceMs: 10_000, process })
  return { state, dog }
}

describe('exitWhenStuck', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  it('ends the process once a check failed without a break for its patience', async () => {
    const { state } = watch()
    await jest.advanceTimersByTimeAsync(60_000)
    state.isWell = false
    await jest.advanceTimersByTimeAsync(9000)
    expect(state.exits).toBe(0)
    await jest.advanceTimersByTimeAsync(2500)
    expect(state.exits).toBe(1)
    await jest.advanceTimersByTimeAsync(60_000)
    expect(state.exits).toBe(1)
  })

  it('ends it within half a minute of the trouble, of which a worker may need 14 s to notice', async () => {
    const process = { exit: jest.fn() }
    exitWhenStuck(createLogger('silent'), [{ name: 'enroll', isHealthy: () => false }], { process })
    await jest.advanceTimersByTimeAsync(16_000)
    expect(process.exit).toHaveBeenCalledWith(1)
  })

  it('forgives what recovers in time', async () => {
    const { state } = watch()
    for (let round = 0; round < 10; round += 1) {
      state.isWell = !state.isWell
      await jest.advanceTimersByTimeAsync(8000)
    }
    expect(state.exits).toBe(0)
  })

  it('looks no more when closed', async () => {
    const { state, dog } = watch()
    state.isWell = false
    dog.close()
    await jest.advanceTimersByTimeAsync(60_000)
    expect(state.exits).toBe(0)
  })
})
