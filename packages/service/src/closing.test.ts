import { EventEmitter, once } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { closeOnSignal, exitOnCrash, failStart, type Closable } from './closing.ts'
import { createLogger } from './logger.ts'
import { ConfigError } from './start-error.ts'

/** A process to end as often as we like. */
function aProcess() {
  const events = new EventEmitter()
  const exited: number[] = []
  const process = {
    on: events.on.bind(events),
    exit: (code: number) => {
      exited.push(code)
      events.emit('exit')
    },
  }
  const gone = once(events, 'exit')
  return { process, exited, gone, signal: (name: string) => events.emit(name, name), raise: events.emit.bind(events) }
}

function aLog() {
  const stream = new PassThrough()
  return { log: createLogger('info', { stream }), text: () => String(stream.read() ?? '') }
}

describe('closeOnSignal', () => {
  it.each(['SIGTERM', 'SIGINT'])('closes all in order on %s and ends well', async (name) => {
    const order: string[] = []
    const slow: Closable = {
      close: async () => {
        await new Promise(setImmediate)
        order.push('worker')
      },
    }
    const { process, exited, gone, signal } = aProcess()
    closeOnSignal(aLog().log, [slow, { close: () => order.push('redis') }], { process })
    signal(name)
    await gone
    expect([order, exited]).toEqual([['worker', 'redis'], [0]])
  })

  it('closes the rest when one fails, and says so', async () => {
    let closed = false
    const failing: Closable = { close: () => Promise.reject(new Error('stuck')) }
    const { process, exited, gone, signal } = aProcess()
    const { log, text } = aLog()
    closeOnSignal(log, [failing, { close: () => (closed = true) }], { process })
    signal('SIGTERM')
    await gone
    expect([closed, exited]).toEqual([true, [1]])
    expect(text()).toMatch('"event":"process.close-failed"')
  })

  const never: Closable = { close: () => new Promise(() => undefined) }

  it('ends at the deadline whatever hangs', async () => {
    const { process, exited, gone, signal } = aProcess()
    const { log, text } = aLog()
    closeOnSignal(log, [never], { process, deadlineMs: 20 })
    signal('SIGTERM')
    await gone
    expect(exited).toEqual([1])
    expect(text()).toMatch('"reason":"deadline"')
  })

  it('ends at once on a second signal', () => {
    const { process, exited, signal } = aProcess()
    let nowMs = 0
    closeOnSignal(aLog().log, [never], { process, deadlineMs: 100, nowMs: () => nowMs })
    signal('SIGTERM')
    expect(exited).toEqual([])
    nowMs = 2000
    signal('SIGINT')
    expect(exited).toEqual([1])
  })

  it('takes the same signal, passed on by a wrapper, for one', () => {
    const { process, exited, signal } = aProcess()
    closeOnSignal(aLog().log, [never], { process, deadlineMs: 100 })
    signal('SIGINT')
    signal('SIGINT')
    expect(exited).toEqual([])
  })
})

describe('exitOnCrash', () => {
  it.each(['uncaughtException', 'unhandledRejection'])('logs %s without what hangs on it, and ends', (event) => {
    const { process, exited, raise } = aProcess()
    const { log, text } = aLog()
    exitOnCrash(log, process)
    raise(event, Object.assign(new Error('for anna@example.org'), { command: { args: ['canary'] } }))
    expect(exited).toEqual([1])
    const line = text()
    expect(line).toMatch('"event":"process.crashed"')
    expect(line).not.toMatch(/anna|canary/)
  })
})

describe('failStart', () => {
  const printed: unknown[] = []
  beforeEach(() => void jest.spyOn(console, 'error').mockImplementation((text) => void printed.push(text)))
  afterEach(() => {
    jest.restoreAllMocks()
    printed.length = 0
  })

  it.each([
    [
      new ConfigError('seatkeeper.yaml has 1 problem:\n  lms: is missing'),
      'seatkeeper.yaml has 1 problem:\n  lms: is missing',
    ],
    [
      Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 8080 }),
      'Port 8080 is in use; stop what listens there or configure another port.',
    ],
    [
      Object.assign(new Error('listen EACCES'), { code: 'EACCES', port: 80 }),
      'This user may not listen on port 80; configure one above 1023.',
    ],
    [
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' }),
      'No connection to Redis or another service we need (ECONNREFUSED); start it or correct its address.',
    ],
    [
      new Error('WRONGPASS invalid username-password pair'),
      'Redis refuses our user or password; correct the address of Redis in the configuration.',
    ],
  ])('prints one text for %s', (error, text) => {
    const { process, exited } = aProcess()
    failStart(error, process)
    expect([printed, exited]).toEqual([[text], [1]])
  })

  it('prints the stack of a bug, redacted', () => {
    const { process, exited } = aProcess()
    failStart(new TypeError('no anna@example.org'), process)
    failStart('thrown text', process)
    expect(exited).toEqual([1, 1])
    expect(printed).toEqual([
      expect.stringMatching(/^Could not start because of a bug of ours: TypeError: no \[email\]\n {4}at /),
      'Could not start because of a bug of ours: thrown text',
    ])
  })
})
