import { describe, expect, it } from '@jest/globals'
import { createLogger } from './logger.ts'
import { RedisUrl, connectRedis } from './redis.ts'

describe('RedisUrl', () => {
  it.each(['redis://redis.example.org', 'redis+sentinel://one.example.org/primary', '/run/redis.sock'])(
    'takes %s',
    (url) => {
      expect(RedisUrl.safeParse(url).success).toBe(true)
    },
  )

  it('refuses what is no address', () => {
    expect(RedisUrl.safeParse('localhost:6379').success).toBe(false)
  })
})

const attempt = () => connectRedis('http://user:canary@redis.example.org', 'worker', createLogger('silent'))

describe('connectRedis', () => {
  it('refuses what is no address without showing it', () => {
    expect(attempt).toThrow(
      'The address of Redis must be redis://host:port, redis+sentinel://host:port,host:port/name, redis+cluster://',
    )
    expect(attempt).not.toThrow('canary')
  })
})
