import { describe, expect, it } from '@jest/globals'
import { createLogger } from './logger.ts'
import { RedisUrl, connectRedis } from './redis.ts'

const bad = [
  '',
  'localhost',
  'localhost:6379',
  '6379',
  'http://redis.example.org',
  'redis://',
  '//redis.example.org',
  'redis://a b',
]

describe('RedisUrl', () => {
  it.each([
    'redis://redis.example.org',
    'rediss://user:pw@redis.example.org:6380/2',
    'redis://[::1]:6379',
    '/run/redis.sock',
  ])('takes %s', (url) => {
    expect(RedisUrl.safeParse(url).success).toBe(true)
  })

  it.each(bad)('refuses %j', (url) => {
    expect(RedisUrl.safeParse(url).success).toBe(false)
  })
})

const attempt = () => connectRedis('http://user:canary@redis.example.org', 'worker', createLogger('silent'))

describe('connectRedis', () => {
  it('refuses what is no address without showing it', () => {
    expect(attempt).toThrow(
      'The address of Redis must be redis://host:port, rediss://host:port or the path of a unix socket.',
    )
    expect(attempt).not.toThrow('canary')
  })
})
