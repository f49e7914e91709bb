import type { Cluster, Redis } from 'ioredis'

/** A Redis, whoever serves it at the moment: one server, what Sentinel calls the primary, or the node of our slot. */
export type RedisClient = Redis | Cluster
