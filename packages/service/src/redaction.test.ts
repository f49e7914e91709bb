import { describe, expect, it } from '@jest/globals'
import { redact, redactText } from './redaction.ts'

describe('redactText', () => {
  it.each([
    ['to anna@example.org now', 'to [email] now'],
    ["<Anna.O'Brien+x@mail.example.org>", '<[email]>'],
    ['?email=anna%40example.org&page=2', '?email=[email]&page=2'],
    ['jürgen@bücher.example', '[email]'],
    ['{"email":"anna@example.org"}', '{"email":"[email]"}'],
    ['redis://user:pa55@redis.example.org:6379/0', 'redis://[redacted]@redis.example.org:6379/0'],
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [token]'],
    ['JWT eyJhbGciOi.eyJzdWIi.c2lnbg', 'JWT [token]'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln back', 'got [token] back'],
    ['key ck_0123456789abcdef0123456789abcdef01234567', 'key [key]'],
    ['/orders?consumer_secret=abc123&page=2', '/orders?consumer_secret=[redacted]&page=2'],
  ])('takes the secret out of %j', (text, redacted) => {
    expect(redactText(text)).toBe(redacted)
  })

  it.each([
    'course-v1:Example+TS-101+2026',
    'at node_modules/.pnpm/ioredis@6.0.0/node_modules/ioredis/built/Redis.js:12:3',
    'block-v1:Org+C+R+type@video+block@intro',
    '@seatkeeper/service',
    'job.settled in 12 ms',
  ])('leaves %j alone', (text) => {
    expect(redactText(text)).toBe(text)
  })

  it('cuts long text, quickly, and never through an address', () => {
    const startedAt = process.cpuUsage()
    const cut = redactText(`${'x'.repeat(8_185)} anna@example.org ${'a'.repeat(1_000_000)}`)
    expect(process.cpuUsage(startedAt).user).toBeLessThan(500_000)
    expect(cut.length).toBeLessThan(8_200)
    expect(cut).not.toMatch('anna')
  })
})

describe('redact', () => {
  it.each([
    'clientSecret',
    'access_token',
    'Authorization',
    'consumerKey',
    'consumer-secret',
    'password',
    'set-cookie',
    'email',
    'billing_email',
    'emailAddress',
    'username',
    'body',
  ])('hides what is called %s', (name) => {
    expect(redact({ outer: { [name]: 'canary' } })).toEqual({ outer: { [name]: '[redacted]' } })
    expect(redact(new Map([[name, ['canary']]]))).toEqual({ [name]: '[redacted]' })
  })

  it('keeps what is not there, and switches, visible', () => {
    expect(redact({ token: null, password: undefined, hasSecret: true })).toEqual({ token: null, hasSecret: true })
  })

  it('keeps the known parts of an error and its causes only', () => {
    const cause = Object.assign(new Error('connect refused for anna@example.org'), {
      code: 'ECONNREFUSED',
      command: { name: 'set', args: ['canary'] },
    })
    const told = redact({ error: new TypeError('failed', { cause }) })
    expect(told).toMatchObject({
      error: {
        name: 'TypeError',
        message: 'failed',
        stack: expect.stringContaining('redaction.test.ts'),
        cause: { message: 'connect refused for [email]', code: 'ECONNREFUSED' },
      },
    })
    expect(JSON.stringify(told)).not.toMatch(/canary|anna/)
  })

  it('follows the errors of an aggregate', () => {
    expect(redact(new AggregateError([new Error('first')]))).toMatchObject({ errors: [{ message: 'first' }] })
  })

  it('survives cycles, depths, widths and getters that throw', () => {
    const cycle: Record<string, unknown> = { name: 'a' }
    cycle['self'] = cycle
    const error = new Error('round')
    error.cause = error
    const nasty = {
      get now(): never {
        throw new Error('no')
      },
    }
    const deep = Array.from({ length: 50 }).reduce<object>((inner) => ({ inner }), {})
    expect(redact(cycle)).toEqual({ name: 'a', self: '[circular]' })
    expect(redact(error)).toMatchObject({ cause: '[circular]' })
    expect(redact(nasty)).toEqual({ now: '[unreadable]' })
    expect(JSON.stringify(redact(deep))).toMatch('"[deeper]"')
    expect(redact(Array.from({ length: 103 }, () => 1))).toHaveProperty('100', '[3 more]')
  })

  it('shows the same thing twice where it stands twice', () => {
    const shared = { a: 1 }
    expect(redact([shared, shared])).toEqual([{ a: 1 }, { a: 1 }])
  })

  it.each([
    [12n, '12'],
    [Number.NaN, 'NaN'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), '[invalid date]'],
    [Buffer.from('canary'), '[6 bytes]'],
    [new Set(['a@example.org']), ['[email]']],
    [new URL('https://u:p@example.org/x'), 'https://[redacted]@example.org/x'],
    [Symbol('a'), 'Symbol(a)'],
    [() => 1, '[function]'],
  ])('turns %p into plain data', (value, plain) => {
    expect(redact(value)).toEqual(plain)
  })
})
