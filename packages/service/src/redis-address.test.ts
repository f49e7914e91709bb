import { describe, expect, it } from '@jest/globals'
import { readRedisAddress } from './redis-address.ts'

const nobody = { username: undefined, password: undefined }
const plain = { ...nobody, hasTls: false }
const ofSentinel = { sentinelUsername: undefined, sentinelPassword: undefined }

describe('readRedisAddress', () => {
  it.each([
    'redis://redis.example.org',
    'rediss://user:pw@redis.example.org:6380/2',
    'redis://[::1]:6379',
    '/run/redis.sock',
  ])('leaves %s to ioredis', (url) => {
    expect(readRedisAddress(url)).toEqual({ kind: 'single', url })
  })

  it('reads where Sentinel is, and what it calls the primary', () => {
    expect(readRedisAddress('redis+sentinel://one.example.org:26380,[::1],10.0.0.3/mymaster')).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'one.example.org', port: 26_380 },
        { host: '::1', port: 26_379 },
        { host: '10.0.0.3', port: 26_379 },
      ],
      name: 'mymaster',
      db: 0,
      ...plain,
      ...ofSentinel,
    })
  })

  it('reads logins, database and TLS', () => {
    expect(
      readRedisAddress(
        'rediss+sentinel://app:p%40ss@one.example.org/primary/3?sentinelUsername=s&sentinelPassword=a%26b',
      ),
    ).toMatchObject({
      username: 'app',
      password: 'p@ss',
      name: 'primary',
      db: 3,
      hasTls: true,
      sentinelUsername: 's',
      sentinelPassword: 'a&b',
    })
  })

  it('reads the nodes of a Cluster', () => {
    expect(readRedisAddress('redis+cluster://one.example.org,two.example.org:7001')).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'one.example.org', port: 6379 },
        { host: 'two.example.org', port: 7001 },
      ],
      ...plain,
    })
    expect(readRedisAddress('rediss+cluster://:secret@one.example.org')).toMatchObject({
      username: undefined,
      password: 'secret',
      hasTls: true,
    })
  })

  it.each([
    '',
    'localhost',
    'localhost:6379',
    '6379',
    'http://redis.example.org',
    'redis://',
    '//redis.example.org',
    'redis://a b',
    'redis+sentinel://one.example.org',
    'redis+sentinel://one.example.org/',
    'redis+sentinel://one.example.org/primary/first',
    'redis+sentinel://one.example.org/primary?password=x',
    'redis+sentinel://one.example.org,/primary',
    'redis+sentinel://one.example.org:port/primary',
    'redis+sentinel:///primary',
    'redis+sentinel://%zz@one.example.org/primary',
    'redis+cluster://',
    'redis+cluster://one.example.org/0',
    'redis+cluster://one.example.org?a=b',
    'redis+cluster://one.example.org:70000',
    'redis+other://one.example.org',
  ])('refuses %j', (text) => {
    expect(readRedisAddress(text)).toBeUndefined()
  })
})
