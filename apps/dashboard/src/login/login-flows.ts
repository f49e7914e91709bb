import { randomBytes } from 'node:crypto'
import type { RedisClient } from '@seatkeeper/service'
import { z } from 'zod'
import { sha256 } from './sessions.ts'

/** Long enough to find one's second factor. */
const flowSeconds = 600

const LoginFlow = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), next: z.string() })

/** What one login at the identity provider was begun with, and where it is to lead. */
export type LoginFlow = z.output<typeof LoginFlow>

/** Logins under way. Each ends once, well or not. */
export interface LoginFlows {
  /** Gives the id for the browser's cookie. */
  begin(flow: LoginFlow): Promise<string>
  take(id: string): Promise<LoginFlow | undefined>
}

/** Keeps logins under way at `<prefix>login-flow:<sha256 of the id>` for ten minutes. */
export function createLoginFlows(redis: RedisClient, prefix: string): LoginFlows {
  const key = (id: string) => `${prefix}login-flow:${sha256(id)}`
  return {
    begin: async (flow) => {
      const id = randomBytes(32).toString('base64url')
      await redis.set(key(id), JSON.stringify(flow), 'EX', flowSeconds)
      return id
    },
    take: async (id) => {
      const text = await redis.getdel(key(id))
      return text === null ? undefined : LoginFlow.parse(JSON.parse(text))
    },
  }
}
