export * from './openedx/simulator.ts'
export * from './redis.ts'
export { findRedis, type RedisBinary, type Say } from './redis-binary.ts'
export * from './private-redis-or-url.ts'
