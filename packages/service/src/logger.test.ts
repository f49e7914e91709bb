import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { createLogger, type LoggerOptions, type LogLevel } from './logger.ts'

function capture(level: LogLevel = 'info', shape: LoggerOptions['shape'] = 'json') {
  const stream = new PassThrough()
  const log = createLogger(level, { shape, stream })
  return { log, text: () => String(stream.read() ?? '') }
}

describe('createLogger', () => {
  it('writes one JSON object per line, named by its event', () => {
    const { log, text } = capture()
    log.info('job.settled', { job: 'seat-s1-g2', durationMs: 12 })
    const line: unknown = JSON.parse(text())
    expect(line).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: 'info',
      event: 'job.settled',
      job: 'seat-s1-g2',
      durationMs: 12,
    })
  })

  it('keeps time, level and event whatever the fields are called', () => {
    const { log, text } = capture()
    log.warn('order.read', { event: 'forged', level: 'debug', message: 'kept', time: 0 })
    expect(JSON.parse(text())).toMatchObject({ level: 'warn', event: 'order.read', message: 'kept' })
  })

  it.each([
    ['debug', ['a', 'b', 'c', 'd']],
    ['warn', ['c', 'd']],
    ['silent', []],
  ] as const)('at %s writes that and what is graver', (level, events) => {
    const { log, text } = capture(level)
    log.debug('a')
    log.info('b')
    log.warn('c')
    log.error('d')
    const lines = text().split('\n').filter(Boolean)
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject(events.map((event) => ({ event })))
  })

  it.each(['json', 'pretty'] as const)('lets no text begin another line or colour a terminal (%s)', (shape) => {
    const { log, text } = capture('info', shape)
    log.info('webhook.refused\n\u009b31m', {
      agent: 'x\n{"level":"error"}\r\u001b[2J\u009b1m\u2028\u202e',
      'na\nme\u001b': 1,
    })
    expect(text()).toMatch(/^[\u0020-\u007e]+\n$/)
  })

  it('redacts names, looks and errors', () => {
    const { log, text } = capture()
    log.error('lms.refused', {
      clientSecret: 'canary-1',
      error: Object.assign(new Error('no anna@example.org'), { response: { body: 'canary-2' } }),
    })
    const line = text()
    expect(line).not.toMatch(/canary|anna/)
    expect(JSON.parse(line)).toMatchObject({
      error: { name: 'Error', message: 'no [email]', stack: expect.any(String) },
    })
  })

  it('survives a flood of one error', () => {
    const { log, text } = capture()
    Array.from({ length: 10_000 }, () => log.error('redis.error', {}))
    expect(text().split('\n').filter(Boolean)).toHaveLength(20)
  })

  it('can write for people', () => {
    const { log, text } = capture('info', 'pretty')
    log.warn('redis.unsafe', { code: 'REDIS_EVICTS', fix: 'set it' })
    expect(text()).toMatch(/^\d\d:\d\d:\d\d warn {2}redis\.unsafe code="REDIS_EVICTS" fix="set it"\n$/)
  })
})
