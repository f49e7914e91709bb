import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Logger } from './logger.ts'
import { sampled } from './sampling.ts'

function recorder() {
  const lines: unknown[] = []
  const write = (level: string) => (event: string, fields?: object) => lines.push([level, event, fields])
  const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  return { log, lines }
}

const times = (count: number, act: () => void) => Array.from({ length: count }, act)

describe('sampled', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  it('lets so many lines of an event pass in a second, then tells how many it kept back', () => {
    const { log, lines } = recorder()
    const quiet = sampled(log, 3)
    times(10, () => quiet.error('redis.error', { code: 'ECONNREFUSED' }))
    expect(lines).toHaveLength(3)
    jest.advanceTimersByTime(1000)
    expect(lines.slice(3)).toEqual([['warn', 'log.suppressed', { suppressedEvent: 'redis.error', lines: 7 }]])
    quiet.error('redis.error')
    expect(lines).toHaveLength(5)
  })

  it('counts each event by itself and says nothing where nothing was kept back', () => {
    const { log, lines } = recorder()
    const quiet = sampled(log, 1)
    quiet.warn('one')
    quiet.warn('two')
    jest.advanceTimersByTime(5000)
    expect(lines).toEqual([
      ['warn', 'one', undefined],
      ['warn', 'two', undefined],
    ])
    expect(jest.getTimerCount()).toBe(0)
  })

  it('never keeps back what was done', () => {
    const { log, lines } = recorder()
    const quiet = sampled(log, 1)
    times(50, () => quiet.info('job.settled'))
    times(50, () => quiet.debug('job.read'))
    expect(lines).toHaveLength(100)
  })
})
