import type { KnownProducts, Ledger } from '@seatkeeper/core'
import { z } from 'zod'
import type { RedisClient } from './redis-client.ts'

const Facts = z.object({
  course: z.string().nullable(),
  mode: z.string().nullable(),
  needsShipping: z.boolean(),
  sku: z.string().nullable().optional(),
})

/** What products said of themselves, for a while. Key: `product:<store>/<product>/<variation>`. */
export function createProducts(redis: RedisClient, prefix: string): Pick<Ledger, 'knownProducts' | 'keepProduct'> {
  return {
    knownProducts: async (store, keys): Promise<KnownProducts> => {
      if (keys.length === 0) return new Map()
      const texts = await redis.mget(keys.map((key) => `${prefix}product:${store}/${key}`))
      const known = keys.flatMap((key, index) => {
        const text = texts[index]
        return text === null || text === undefined ? [] : [[key, Facts.parse(JSON.parse(text))] as const]
      })
      return new Map(known)
    },
    keepProduct: async (store, key, facts, forMs) => {
      await redis.set(`${prefix}product:${store}/${key}`, JSON.stringify(facts), 'PX', forMs)
    },
  }
}
